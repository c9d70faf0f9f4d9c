"""What stands for AWS on a developer's machine."""
