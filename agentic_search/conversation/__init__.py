"""What was said before in a thread: what a follow-up means by it, how models are shown it, what may be cited again."""
