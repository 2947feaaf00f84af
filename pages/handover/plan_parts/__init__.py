"""What the page Plans consists of."""
