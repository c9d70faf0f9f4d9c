"""The ways to do the work: each module's `run` takes a task, writes its parquet file and returns the balance."""
