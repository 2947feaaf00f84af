"""The Datasets page, one file a part: the list, the way in, the grid, splits and tags, a sample, the rest."""
