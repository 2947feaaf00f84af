"""The Playground, one file a part of the page."""
