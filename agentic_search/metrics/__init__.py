"""What the service counts of its own work, as plain numbers: events flow in, GET /metrics reads what they add up to."""
