"""Unit tests in one process, with S3 in memory."""
