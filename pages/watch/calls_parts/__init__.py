"""Parts of the Calls page."""
