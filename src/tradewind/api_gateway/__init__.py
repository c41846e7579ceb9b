"""The public edge: authentication, rate limits, the Alpaca-compatible API and our own routes."""
