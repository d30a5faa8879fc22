"""The data: a Query becomes a Plan, a Plan Outcomes, Outcomes an Answer; a run is all of them. No I/O."""
