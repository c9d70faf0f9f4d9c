"""Benchmarks the engine against alternatives that do the same work with the same output."""
