"""Amounts and fractions as people read them."""

from decimal import Decimal


def dollars(amount: Decimal, *, sign: bool = False, cents: bool = True) -> str:
    """Return ``$1,234.50``, with a sign in front where asked for or below zero."""
    mark = "−" if amount < 0 else "+" if sign else ""
    return f"{mark}${abs(amount):,.{2 if cents else 0}f}"


def percent(fraction: Decimal, *, sign: bool = False) -> str:
    """Return ``12.3%`` of ``0.123``."""
    mark = "−" if fraction < 0 else "+" if sign else ""
    return f"{mark}{abs(fraction) * 100:,.1f}%"
