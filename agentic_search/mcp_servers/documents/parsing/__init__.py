"""The parsing of files: bytes flow in; text with its headings flows out, or one sentence on what is wrong."""
