"""The commands of `tastetrend`."""
