"""Our own routes under ``/tradewind/v1``: sessions, keys, accounts, venues, performance."""
