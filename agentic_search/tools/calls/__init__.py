"""What stands between a task and a tool call: calls shared, results cached, failing servers left alone."""
