"""Live tool schemas flow in, the JSON schema under which a model writes a plan flows out."""
