"""Reports on all files of a batch together."""
