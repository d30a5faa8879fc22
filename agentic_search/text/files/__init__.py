"""The texts of files that people write by hand, read with what is wrong in them told by line."""
