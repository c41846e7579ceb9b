"""The daily prices that ship with the product; ``README.md`` beside this says where from."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import resources

from tradewind.contracts.corporate_actions import PriceAction
from tradewind.market_data_service.domain.corporate_actions import (
    AdjustedDay,
    make_dividend,
    make_split,
)

PRICES_FILE = "daily_prices.csv.gz"
ACTIONS_FILE = "corporate_actions.csv"
PRICE_COLUMNS = ("symbol", "date", "open", "high", "low", "close", "volume", "adj_close")
ACTION_COLUMNS = ("symbol", "ex_date", "kind", "new_rate", "old_rate", "cash_rate")
FIRST_DATE = date(2000, 3, 1)
LAST_DATE = date(2013, 3, 1)


def read_prices() -> bytes:
    """Return the price file as CSV with a header line, ordered by symbol and date."""
    return gzip.decompress(_file(PRICES_FILE))


def read_days() -> dict[str, list[AdjustedDay]]:
    """Return each symbol's days with their adjusted closes."""
    days: dict[str, list[AdjustedDay]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(read_prices().decode())):
        days[row["symbol"]].append(
            AdjustedDay(
                trading_date=date.fromisoformat(row["date"]),
                open=Decimal(row["open"]),
                close=Decimal(row["close"]),
                adjusted_close=Decimal(row["adj_close"]),
            )
        )
    return dict(days)


def read_actions() -> list[PriceAction]:
    """Return the corporate actions of the sample, by symbol and date."""
    return list(_parse_actions(_file(ACTIONS_FILE).decode()))


def _parse_actions(text: str) -> Iterator[PriceAction]:
    for row in csv.DictReader(io.StringIO(text)):
        symbol, ex_date = row["symbol"], date.fromisoformat(row["ex_date"])
        if row["kind"] == "split":
            ratio = Fraction(int(row["new_rate"]), int(row["old_rate"]))
            yield make_split(symbol, ex_date, ratio)
        else:
            special = row["kind"] == "special"
            yield make_dividend(symbol, ex_date, Decimal(row["cash_rate"]), special=special)


def _file(name: str) -> bytes:
    return resources.files(__name__).joinpath(name).read_bytes()
