"""A sign-in at a provider of identities (OpenID Connect) flows in, who it is and what they may do flows out."""
