"""Tradewind: a trading platform that its users own."""
