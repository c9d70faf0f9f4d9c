"""Review files made to the measured profile of the four sources, with the truth about every row."""
