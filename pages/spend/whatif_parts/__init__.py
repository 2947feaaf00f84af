"""The What-if page, one file a part: which scenario, its fields, what it comes to, and each view of that."""
