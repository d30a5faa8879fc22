"""Standing questions: asked again on a schedule, with what is new since the last time as the answer."""
