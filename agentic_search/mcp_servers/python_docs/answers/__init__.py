"""Questions and names in, results of the tools out: ranked entries, whole documentation, lists of packages."""
