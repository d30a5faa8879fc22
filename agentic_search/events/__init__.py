"""What is told: facts about a run, numbered by its channel, replayed and fanned out to any number of listeners."""
