"""Keeps the index of sentences for retrieval equal to the datasets of reviews."""
