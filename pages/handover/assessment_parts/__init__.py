"""Parts of the page Self-assessment: the ratings, the picture of them, what was before."""
