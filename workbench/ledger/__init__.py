"""The ledger: every model call is one row. Owns the calls table and its writer."""
