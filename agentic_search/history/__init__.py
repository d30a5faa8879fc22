"""Runs and conversations that outlive the process: listed, searched, renamed, deleted, and kept within bounds."""
