"""What a container can do: facilities, hauls between them inside a zone, events at the doors."""
