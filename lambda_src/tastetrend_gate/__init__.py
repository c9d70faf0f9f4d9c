"""Judges a version of the pipeline on golden files, before it may replace another."""
