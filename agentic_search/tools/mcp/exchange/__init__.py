"""What is exchanged with a server in the course of a call, or beside it: questions to the user, tasks, resources."""
