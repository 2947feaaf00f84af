"""How often the intervals hold what they should and the tests reject what they should not: measured on data whose truth is known."""
