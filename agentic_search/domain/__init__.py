"""What flows: a Query becomes a Plan, a Plan Outcomes, Outcomes an Answer; a Run is all of them. No I/O."""
