"""The API of OpenAI: /v1/chat/completions, /v1/responses and /v1/models, so that its clients can search."""
