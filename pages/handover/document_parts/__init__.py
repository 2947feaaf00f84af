"""What the page Documents consists of."""
