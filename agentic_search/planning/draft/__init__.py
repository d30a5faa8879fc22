"""Drafts of plans flow in, as text or JSON; checked tasks flow out, or every complaint at once."""
