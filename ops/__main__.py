"""Lets `python -m ops` run `tastetrend`."""

from ops.cli import main

main()
