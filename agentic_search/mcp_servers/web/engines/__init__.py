"""The search engines behind web_search: a SearXNG by its URL, and public engines that need no key."""
