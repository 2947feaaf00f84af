"""What two pages share. Imports no page."""
