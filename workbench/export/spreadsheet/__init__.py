"""A document as sheets: its outline, each table and each chart on a sheet of its own. The file itself is `writers.xlsx`."""
