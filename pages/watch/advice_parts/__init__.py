"""Parts of the Recommendations page."""
