"""A document as a deck: which blocks stand where on which slide, in which size of type. The same for every format that shows slides."""
