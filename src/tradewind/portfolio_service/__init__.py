"""Equity by day and how accounts have performed, derived from the journal."""
