"""Pure market-data logic: no clock, no input or output, no framework."""
