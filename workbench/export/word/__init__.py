"""A document as WordprocessingML: text, blocks, tables, styles, and what stands around them. The file itself is `writers.docx`."""
