"""The service as a process: its settings read before it starts, requests bounded before they are read, its end."""
