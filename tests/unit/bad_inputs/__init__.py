"""The cases of docs/bad-inputs.md."""
