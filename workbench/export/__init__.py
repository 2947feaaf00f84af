"""Documents, plans and slides written from the store: every figure with where it came from, and each knows when it is stale.

Owns no figure: what is measured, priced or decided is asked of the package that owns it. Equal stores give equal bytes: no clock is read,
the dates in a document are those of its data.
"""
