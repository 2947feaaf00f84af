"""The process that serves the pages: address, headers, start and stop."""
