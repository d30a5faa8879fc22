"""A small web on this machine: a site with pages of all kinds, a SearXNG, a Wikipedia; it notes who asked what."""
