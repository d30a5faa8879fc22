"""The folder of documents: which files in it are read, their bytes, and the changes in it."""
