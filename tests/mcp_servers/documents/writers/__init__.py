"""Small writers of the files that people keep: just enough of each format for a reader to open it."""
