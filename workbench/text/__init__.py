"""Text, pure: messages, templates, variables, tokens, differences, similarity. Knows no database, no clock, no network."""
