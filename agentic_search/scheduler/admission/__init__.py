"""Which ready call may start, over all runs of the process: priorities, limits and rates."""
