"""What a prompt's documentation says, read from the store: one file a part. Owns which rows are read; the words lie in templates."""
