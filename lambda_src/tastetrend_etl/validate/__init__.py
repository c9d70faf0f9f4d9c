"""Profiles a file's rows, checks the profile against thresholds, and builds the reports."""
