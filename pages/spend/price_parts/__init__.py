"""Parts of the Prices page."""
