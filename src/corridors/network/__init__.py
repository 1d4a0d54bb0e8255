"""The tables: flat networks from OpenStreetMap, curated rows, country polygons."""
