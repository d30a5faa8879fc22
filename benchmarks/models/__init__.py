"""How good a language model is at this service's work: questions and planning sets flow in, its card flows out."""
