"""AG-UI 1.0: a search for front ends that show an agent's steps, tool calls and state, and ask for approval."""
