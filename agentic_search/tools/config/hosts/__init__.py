"""A file's data flows in; the entries of its servers by name flow out, with what its host means by them."""
