"""Recording from other programs: what `workbench.ledger` hands out as `record`, `recorded`, `tagged`, `wrap` and `flush`. Owns the promise
that a program waits for nothing and is never broken by it. Reads answers of SDKs by their shape; imports none.

`record` is one call given whole; `decorating` and `wrapping` watch calls being made (`watching`, with `shapes` and `streams` for what comes
back); `tagging` is what a program says beforehand; `recorder` is the one thread that writes.
"""
