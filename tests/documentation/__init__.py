"""What README and the documentation show is run: commands in a shell, Python as programs, data by what reads it."""
