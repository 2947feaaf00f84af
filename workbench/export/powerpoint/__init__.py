"""The parts of a presentation: its look, its text, tables, charts and diagrams, each drawn into the box it was given."""
