"""A file's bytes → its text and the headings in it; whatever is wrong with the file ends as one sentence."""
