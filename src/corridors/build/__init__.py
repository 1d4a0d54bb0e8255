"""From OpenStreetMap, sea lanes and gazetteers to the files under ``geodata/``."""
