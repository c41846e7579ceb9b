"""Revisions of the schema ``market_data``."""
