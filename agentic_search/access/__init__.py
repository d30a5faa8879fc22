"""Keys and sign-ins flow in, callers with what they may do flow out; and what they did is noted down."""
