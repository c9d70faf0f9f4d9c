"""Bad input, case by case, as docs/bad-inputs.md tells them."""
