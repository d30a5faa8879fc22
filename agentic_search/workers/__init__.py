"""Processes that do one piece of work at a time: orders flow in, endings flow out; a crash, a hang or a kill costs one.

Only the standard library is imported here: the service and the bundled servers both use this package and share little
else, and every worker process loads it.
"""
