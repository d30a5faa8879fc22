"""Which of the values that a question names each argument of a tool takes."""
