"""Everything for real, with an emulator in the place of AWS."""
