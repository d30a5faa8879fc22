"""Starts Python programs of the tests as forks of a process that has imported them, which saves most of their CPU time.

Importing `mcp` takes a second and a half of CPU, the service two, and the tests start hundreds of them. What is forked
goes on as `python -m MODULE` does, with its own arguments, environment, folder and descriptors. Linux only.
"""
