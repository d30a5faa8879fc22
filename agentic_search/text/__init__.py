"""Words of text, in the one form in which questions, tools and documents are compared."""
