"""Instruments, calendars, prices, and the feeds of venues."""
