"""One file a figure; ``make bench`` prints the table."""
