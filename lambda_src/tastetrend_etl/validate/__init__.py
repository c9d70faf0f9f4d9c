"""The account of a file: what was counted, how it is judged, and how that is written down."""
