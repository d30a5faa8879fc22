"""A tool's answer flows in as content blocks; its value, its text and the passages to cite flow out."""
