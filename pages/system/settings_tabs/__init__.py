"""The sections of the Settings page, one file each. Each has `show(slot)`: `slot` takes the section's one primary action."""
