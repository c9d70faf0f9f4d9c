"""Turns one raw review file into one clean parquet dataset with an account of every row."""

__version__ = "0.2.0"
