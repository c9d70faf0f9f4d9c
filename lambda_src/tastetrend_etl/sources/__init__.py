"""The known sources of review files: one TOML file each."""
