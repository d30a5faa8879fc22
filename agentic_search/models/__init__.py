"""Language models: messages flow in, text flows out as it is generated."""
