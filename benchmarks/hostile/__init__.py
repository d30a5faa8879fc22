"""What a stranger may do to the service, and what it costs everybody else: time, memory, the end of the process."""
