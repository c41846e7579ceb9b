"""The interval of bars, in both of Alpaca's spellings."""

import re

from tradewind.contracts.market_data import Timeframe

_PATTERN = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)", re.ASCII)

_UNITS = {"T": "Min", "H": "Hour", "D": "Day", "W": "Week", "M": "Month"}

_ALLOWED = {
    "Min": frozenset(range(1, 60)),
    "Hour": frozenset(range(1, 24)),
    "Day": frozenset({1}),
    "Week": frozenset({1}),
    "Month": frozenset({1, 2, 3, 4, 6, 12}),
}

_HINT = "must be 1-59 Min, 1-23 Hour, 1 Day, 1 Week or 1, 2, 3, 4, 6, 12 Month (or T, H, D, W, M)"


def parse_timeframe(text: str) -> Timeframe:
    """Return the long spelling of a timeframe (``5T`` is ``5Min``); raises ``ValueError``."""
    match = _PATTERN.fullmatch(text)
    if match is not None:
        count, unit = int(match[1]), _UNITS.get(match[2], match[2])
        if count in _ALLOWED[unit]:
            return f"{count}{unit}"
    raise ValueError(f"{_HINT}; was {text[:32]!r}")
