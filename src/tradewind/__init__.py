"""Tradewind: a trading platform that its users own."""

from importlib.metadata import version

__version__ = version("tradewind")
