"""Where a case is: the tree of districts down to grid cells, names of places, components (部件)."""
