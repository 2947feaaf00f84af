"""Documents for browsers: blocks as HTML elements, the page round them, the styles of a site. Nothing in it comes from elsewhere."""
