"""What goes on in the store, in figures: counts, money, what waits. Reads only."""
