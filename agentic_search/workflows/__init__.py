"""Saved plans: YAML files and the inputs of a request flow in; plans, and the values that they read, flow out."""
