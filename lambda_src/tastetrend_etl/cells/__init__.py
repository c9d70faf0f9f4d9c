"""One rule for each kind of cell; rules work on the distinct values of a column, not on its rows."""
