"""What the whole service does: searches flow in over HTTP, times, CPU and memory flow out."""
