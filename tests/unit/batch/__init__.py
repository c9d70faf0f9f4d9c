"""Tests of the batch report."""
