"""Opens the one database of the service: an SQLite file, Postgres, or one in memory; brings its tables up to date."""
