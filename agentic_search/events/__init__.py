"""Facts about a run flow in, events flow out: numbered by the run's channel, replayed to any number of listeners."""
