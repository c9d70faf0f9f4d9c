"""The command `tastetrend` from outside: help, errors, completion."""
