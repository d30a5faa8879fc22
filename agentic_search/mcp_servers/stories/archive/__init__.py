"""The archive of stories in one SQLite file: items flow in, stories, threads and counts flow out."""
