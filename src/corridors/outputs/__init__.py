"""Maps and other outputs. Map libraries are imported only where a map is drawn."""
