"""Search over facilities and hauls; corridors as ordered gateways; routes as legs and events."""
