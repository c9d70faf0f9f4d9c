"""The commands `demo` and `up`, without an emulator."""
