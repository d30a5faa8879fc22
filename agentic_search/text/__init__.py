"""Words of text in the form in which all texts are compared, and a growing text read however it comes in pieces."""
