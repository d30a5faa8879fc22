"""Words typed in a terminal flow in; answers, listings and advice flow out."""
