"""Plans by a language model: its prompts, its first draft and later rounds."""
