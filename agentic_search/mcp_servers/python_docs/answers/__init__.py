"""What the tools give back: questions and names flow in; ranked passages and whole documentation flow out."""
