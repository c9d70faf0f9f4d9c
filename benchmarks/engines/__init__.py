"""The ways to do the work: each module's `run` writes a task's parquet file and returns the balance."""
