"""What a question says: the values that it names, and what it asks for by its frame."""
