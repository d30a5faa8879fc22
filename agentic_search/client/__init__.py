"""Questions of a Python program flow in, runs and events flow out: over HTTP, or of a service in its own process."""
