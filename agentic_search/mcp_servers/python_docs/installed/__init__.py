"""What this Python has to be documented: folders flow in; packages and the source files of their modules flow out."""
