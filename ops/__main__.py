"""`python -m ops` is another way to run `tastetrend`."""

from ops.cli import main

main()
