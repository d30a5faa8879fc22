"""What clients of model servers share: HTTP requests flow in, answers and errors that say what to do flow out."""
