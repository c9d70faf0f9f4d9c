"""From the bytes of one raw file to batches of delivered cells."""
