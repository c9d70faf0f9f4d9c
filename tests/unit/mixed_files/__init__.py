"""Review files of many kinds, generated with the truth of every cell."""
