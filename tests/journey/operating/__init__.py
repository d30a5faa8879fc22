"""What operators see of the service: its log, its load, and where a run's time goes."""
