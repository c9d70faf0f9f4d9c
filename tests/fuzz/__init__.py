"""Fuzzing: processes damaged copies of the samples to find files that the pipeline does not handle."""
