"""End-to-end tests of the deployed stack and the commands, on the emulator."""
