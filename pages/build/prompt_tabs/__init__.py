"""The Prompts page, one file a tab."""
