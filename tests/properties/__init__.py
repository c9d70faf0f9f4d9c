"""Property-based tests of the pipeline on generated files."""
