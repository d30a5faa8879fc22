"""HTTP: requests become queries, runs become JSON and server-sent events, errors become problems."""
