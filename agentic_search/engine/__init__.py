"""Where a run lives: started for a query, apart from whoever asked, ended by exactly one terminal fact."""
