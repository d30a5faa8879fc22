"""Processes that do one piece of work at a time: orders flow in, endings flow out; a crash, a hang or a kill costs one.

Nothing of the house is imported here, and nothing but the standard library: the service and the bundled servers, which
share nothing else, both stand on it, and every worker process loads it.
"""
