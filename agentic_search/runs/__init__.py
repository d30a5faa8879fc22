"""The service behind every door: start, follow, wait for, cancel a run; find it again."""
