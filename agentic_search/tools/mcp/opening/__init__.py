"""Opening sessions: which handshake and transport a server needs, what its refusals mean."""
