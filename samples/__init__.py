"""Synthetic review files with the measured profile of the four sources, and their expected results."""
