"""What other tools keep of calls, read: one file a format. Owns no table of its own."""
