"""From a batch of delivered cells to the rows that are written, and what became of the others."""
