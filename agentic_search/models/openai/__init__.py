"""OpenAI-compatible servers: their addresses, what they have, and their models as ChatModels."""
