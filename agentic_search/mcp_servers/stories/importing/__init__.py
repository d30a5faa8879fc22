"""Sources of stories → items: Hacker News, feeds, JSONL files; each bad piece is told, the good ones are kept."""
