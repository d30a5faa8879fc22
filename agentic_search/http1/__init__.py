"""HTTP/1.1 to other programs: requests flow out over kept connections, answers flow in, in pieces as they arrive."""
