"""The command `tastetrend` as a user runs it: help, errors, completion."""
