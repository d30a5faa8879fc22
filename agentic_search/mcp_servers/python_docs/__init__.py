"""Documentation of the Python that runs this server, and of its packages: source flows in, cited passages flow out."""
