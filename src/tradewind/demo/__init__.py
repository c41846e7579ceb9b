"""A bot that trades thirteen years of real prices through the official Alpaca client."""
