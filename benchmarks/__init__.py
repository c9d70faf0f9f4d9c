"""Measures the engine against what people would use instead, on the same work with the same output."""
