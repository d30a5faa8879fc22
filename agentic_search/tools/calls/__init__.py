"""What stands between a task and a tool's provider: kept results, shared calls, a circuit breaker a server."""
