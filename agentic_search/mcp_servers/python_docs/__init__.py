"""Documentation of the Python that runs this server and of its packages: source and metadata in, cited passages out."""
