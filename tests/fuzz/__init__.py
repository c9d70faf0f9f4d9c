"""Files made from the samples by damaging them, in search of one that the pipeline has no answer to."""
