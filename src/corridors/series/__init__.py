"""Series: many journeys under many conditions, in parts that survive a kill."""
