"""Transforms batches of raw cells to rows of the output."""
