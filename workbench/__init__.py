"""The workbench library: everything the pages and the command line do, usable from code. Imports nothing heavy."""

__version__ = "0.1.0"
