"""Laws that hold for every file, tried on generated ones."""
