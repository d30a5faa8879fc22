"""Questions flow in, runs flow out: started, followed, waited for, cancelled, found again."""
