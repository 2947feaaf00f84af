"""What the reports are made of: figures of models, runs, scenarios and months, gathered from the store as blocks and sentences."""
