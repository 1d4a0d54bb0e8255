"""Parameters put on hauls and events: hours, dollars and CO2e as distributions."""
