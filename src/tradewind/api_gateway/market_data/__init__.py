"""Alpaca-compatible market data over REST: prices and corporate actions of the caller's venue."""
