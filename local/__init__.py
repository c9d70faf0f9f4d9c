"""Runs the pipeline on an emulator of AWS on this machine."""
