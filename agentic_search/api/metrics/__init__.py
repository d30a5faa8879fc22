"""GET /metrics: what the service counts, in the forms that Prometheus reads."""
