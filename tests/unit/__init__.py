"""Behaviour in one process: pure functions as they are, S3 in memory."""
