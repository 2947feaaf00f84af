"""Parts of the Overview: what is asked for, the figures, what needs attention, charts, tables, errors, comparisons, live refresh."""
