"""Accounts for all files of a batch together."""
