"""The setting of a document on pages of PDF: faces, lines, blocks, pages. The writer of the format calls it."""
