"""The quality gate: its comparisons, its verdict and its CodeDeploy hook."""
