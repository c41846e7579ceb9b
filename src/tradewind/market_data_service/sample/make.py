"""Make the shipped files from the source table.

Run ``python -m tradewind.market_data_service.sample.make <stocks.csv.gz> <folder>`` with the table
of the PyPI package ``bokeh-sampledata``. The same table always gives the same bytes.
"""

import csv
import gzip
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from tradewind.contracts.corporate_actions import PriceAction, Split
from tradewind.market_data_service import sample
from tradewind.market_data_service.domain.corporate_actions import recover_actions
from tradewind.platform.money import format_units

_SOURCE_COLUMNS = ("Ticker", "Date", "Open", "High", "Low", "Close", "Volume", "Adj Close")


def make(source: Path, folder: Path) -> None:
    """Write the price file and the corporate actions recovered from it."""
    prices = _prices(gzip.decompress(source.read_bytes()).decode())
    (folder / sample.PRICES_FILE).write_bytes(gzip.compress(prices.encode(), 9, mtime=0))
    actions = [
        action
        for symbol, days in sample.read_days().items()
        for action in recover_actions(symbol, days)
    ]
    (folder / sample.ACTIONS_FILE).write_text(write_actions(actions), encoding="utf-8")


def write_actions(actions: Iterable[PriceAction]) -> str:
    """Return corporate actions as the shipped CSV."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(sample.ACTION_COLUMNS)
    for action in actions:
        day = action.ex_date.isoformat()
        if isinstance(action, Split):
            writer.writerow((action.symbol, day, "split", action.new_rate, action.old_rate, ""))
        else:
            kind = "special" if action.special else "dividend"
            writer.writerow((action.symbol, day, kind, "", "", format_units(action.rate)))
    return output.getvalue()


def _prices(text: str) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(sample.PRICE_COLUMNS)
    rows = [
        tuple(row[name] for name in _SOURCE_COLUMNS) for row in csv.DictReader(io.StringIO(text))
    ]
    for symbol, day, *numbers in sorted(rows):
        writer.writerow((symbol, day, *(number.removesuffix(".0") for number in numbers)))
    return output.getvalue()


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
