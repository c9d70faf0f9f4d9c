"""Parses a raw file into batches of raw cells."""
