"""The files of the folder `examples`, as they are shipped, run from the request to the answer."""
