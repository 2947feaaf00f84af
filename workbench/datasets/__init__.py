"""Datasets: cases with inputs, expected reply, tags and split.

`registry` names, reads and samples them, `editing` changes them, `importing` and `exporting` are their way in and out.
"""
