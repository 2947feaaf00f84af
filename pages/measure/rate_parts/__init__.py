"""The parts of the page Rate: which run is rated, one item after another, and what the ratings say."""
