"""What prompts cost, and would cost: scenarios over real or stated traffic, levers, ranges, the optimiser, backtests, projections."""
