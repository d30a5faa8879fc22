"""The five nodes, one file each, by the names they have in the graph."""
