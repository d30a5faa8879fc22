"""A writer input flows in, a cited answer flows out: written by a model, or made of quotations."""
