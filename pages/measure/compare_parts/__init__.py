"""The Compare page, one file a part: what to run, what came of it, cell by cell, and what was run before."""
