"""Keys, sign-ins, the audit log, and attacks on them."""
