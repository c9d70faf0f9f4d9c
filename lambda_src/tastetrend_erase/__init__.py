"""Erases a customer from raw files and their outputs."""
