"""How requests leave: only to addresses that were checked, with bounds on size, time and redirects."""
