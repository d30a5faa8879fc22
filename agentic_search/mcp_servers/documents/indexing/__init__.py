"""The index of the folder: what stands in it, and how it follows the files as they change."""
