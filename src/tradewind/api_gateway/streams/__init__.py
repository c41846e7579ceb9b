"""WebSockets: market data by venue, and each account's own trade updates."""
