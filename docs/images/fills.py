"""Draw the pictures of the page on fills from what the core itself does.

Run ``python docs/images/fills.py``; it writes the ``fills-*.svg`` here.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tradewind.contracts.journal import OrderFilled
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    SessionOpened,
    Trade,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import FillSettings, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    FillModel,
    LatencyModel,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.latency import draw as draw_latency
from tradewind.order_service.domain.uniform_price import find_crossing
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

HERE = Path(__file__).parent
ACCOUNT = AccountId("00000000-0000-7000-8000-00000000000a")
SIZES = (300, 200, 400)
"""What the feed shows at 10.00, 10.01 and 10.02."""
WANTED = 700
SHOWN, TAKEN, INK, PALE = "#c9d6e2", "#1f6f8b", "#23303b", "#7b8794"


class Market:
    """A venue with one account, and a feed that shows the same depth again and again."""

    def __init__(self, fills: FillSettings, bands: PriceBands | None = None) -> None:
        self.now = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
        self.number = 0
        spec = VenueSpec(venue_id=VenueId("v"), name="V", fills=fills, bands=bands or PriceBands())
        self.core = Core(spec)
        decide(self.core, commands.OpenAccount(ACCOUNT), self.now)
        cash = MoneyUnits(1_000_000 * SCALE)
        decide(self.core, commands.Deposit(ACCOUNT, cash, "start"), self.now)
        self.feed(SessionOpened(date(2024, 1, 2), self.now))
        self.show()

    def feed(self, event: FeedEvent) -> None:
        """Let the feed say something."""
        self.number += 1
        decide(self.core, FeedMessage(VenueId("v"), self.number, self.now, [event]), self.now)

    def show(self) -> None:
        """Show the depth that the pictures start from."""
        asks = tuple(
            DepthLevel(PriceUnits((1_000 + n) * CENT), QuantityUnits(size * SCALE))
            for n, size in enumerate(SIZES)
        )
        bids = (DepthLevel(PriceUnits(998 * CENT), QuantityUnits(300 * SCALE)),)
        self.feed(Depth("AAPL", self.now, bids, asks))

    def buy(self, shares: int) -> dict[int, int]:
        """Buy at market and return the shares that were filled, by price in cents."""
        self.core.drain()
        order_id = OrderId(f"00000000-0000-7000-9000-{self.number:012d}")
        order = SubmitOrder(
            order_id=order_id,
            account_id=ACCOUNT,
            client_order_id=order_id,
            symbol="AAPL",
            side=OrderSide.BUY,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            qty=QuantityUnits(shares * SCALE),
        )
        decide(self.core, order, self.now)
        events = [emitted.event for emitted in self.core.drain()[0]]
        filled: dict[int, int] = {}
        for event in events:
            if isinstance(event, OrderFilled):
                cents = event.price // CENT
                filled[cents] = filled.get(cents, 0) + event.qty // SCALE
        return filled


def models() -> str:
    """Draw how one market order is filled under each model."""
    panels = [
        ("queue", FillSettings()),
        ("queue, 50 % hidden", FillSettings(hidden_percent=50)),
        ("top_of_book", FillSettings(model=FillModel.TOP_OF_BOOK)),
        ("instant", FillSettings(model=FillModel.INSTANT)),
    ]
    parts = [
        _text(20, 30, f"A market order to buy {WANTED} shares meets the same depth", INK, 16, True)
    ]
    for index, (title, settings) in enumerate(panels):
        left = 20 + index * 200
        filled = Market(settings).buy(WANTED)
        parts.append(_text(left, 66, title, INK, 14, True))
        for row, size in enumerate(SIZES):
            cents, top = 1_000 + row, 82 + row * 46
            taken = filled.get(cents, 0)
            parts.append(_text(left, top + 12, f"{cents / 100:.2f}", PALE, 12))
            parts.append(_bar(left, top + 18, size / 5, SHOWN))
            parts.append(_bar(left, top + 18, taken / 5, TAKEN, 9))
            if taken:
                parts.append(_text(left + 40, top + 12, f"{taken} filled", TAKEN, 12))
        rest = WANTED - sum(filled.values())
        told = f"{rest} wait for the next depth" if rest else "filled in full"
        parts.append(_text(left, 236, told, INK, 12))
    parts += [
        _bar(20, 258, 20, SHOWN),
        _text(46, 270, "shown by the feed", PALE, 12),
        _bar(190, 258, 20, TAKEN, 9),
        _text(216, 270, "filled", PALE, 12),
    ]
    return _picture(820, 290, parts)


def impact() -> str:
    """Draw the best ask after a buy, while the impact fades."""
    market = Market(FillSettings(impact_bps=60, impact_half_life_s=60))
    points = []
    for second in range(-30, 391, 10):
        market.show()
        best = market.core.view.instrument("AAPL").shown[1].best()
        assert best is not None
        points.append((second, best[0] / CENT / 100))
        if second == 0:
            market.buy(sum(SIZES))
        market.now += timedelta(seconds=10)
    low, high = 10.0, max(price for _, price in points)
    parts = [
        _text(20, 30, "Best ask around a buy of all that is shown", INK, 16, True),
        _text(20, 50, "impact_bps 60, half_life 60 s; the feed itself stands at 10.00", PALE, 12),
    ]
    for cents in range(0, 7, 2):
        y = 230 - cents / 100 / (high - low) * 150
        parts.append(f'<path d="M70 {y:.1f}H600" stroke="{SHOWN}"/>')
        parts.append(_text(30, y + 4, f"{low + cents / 100:.2f}", PALE, 12))
    path = ""
    for second, price in points:
        x, y = 70 + (second + 30) / 420 * 530, 230 - (price - low) / (high - low) * 150
        path += f"H{x:.1f}V{y:.1f}" if path else f"M{x:.1f} {y:.1f}"
    parts.append(f'<path d="{path}" fill="none" stroke="{TAKEN}" stroke-width="2.5"/>')
    for second in (0, 60, 120, 180, 240, 300, 360):
        parts.append(_text(62 + (second + 30) / 420 * 530, 252, f"{second} s", PALE, 12))
    return _picture(640, 270, parts)


def auction() -> str:
    """Draw what is bid and offered at each price of an auction, and where it crosses."""
    buys: list[tuple[int | None, int]] = [(None, 300), (1_004, 200), (1_002, 400), (1_000, 300)]
    sells: list[tuple[int | None, int]] = [(None, 200), (999, 300), (1_001, 300), (1_003, 400)]
    crossing = find_crossing(buys, sells, reference=1_000)
    assert crossing is not None
    parts = [
        _text(20, 30, "An auction: what is bid and what is offered at each price", INK, 16, True),
        _text(20, 50, "the market's own price is 10.00", PALE, 12),
    ]
    for row, cents in enumerate(range(1_004, 997, -1)):
        y = 74 + row * 30
        bid = sum(size for limit, size in buys if limit is None or limit >= cents)
        offered = sum(size for limit, size in sells if limit is None or limit <= cents)
        parts.append(_text(20, y + 14, f"{cents / 100:.2f}", INK, 12, cents == crossing.price))
        parts.append(_bar(70, y, bid / 4, SHOWN, 9))
        parts.append(_bar(70, y + 11, offered / 4, PALE, 9))
        parts.append(_bar(420, y, min(bid, offered) / 4, TAKEN, 20))
        told = f"{min(bid, offered)} change hands"
        parts.append(_text(640, y + 14, told, INK, 12, cents == crossing.price))
    legend = ((70, SHOWN, "bid"), (140, PALE, "offered"), (420, TAKEN, "changes hands"))
    for x, color, what in legend:
        parts += [_bar(x, 292, 20, color, 9), _text(x + 26, 301, what, PALE, 12)]
    return _picture(780, 316, parts)


def latency() -> str:
    """Draw how long many orders are on their way under each model."""
    ids = [OrderId(f"00000000-0000-7000-9000-{number:012d}") for number in range(20_000)]
    parts = [_text(20, 30, "How long orders take: ms 5, spread_ms 10", INK, 16, True)]
    for index, model in enumerate((LatencyModel.UNIFORM, LatencyModel.LONG_TAIL)):
        left = 20 + index * 400
        settings = Latency(model=model, ms=5, spread_ms=10)
        counts = Counter(draw_latency(settings, each) // timedelta(milliseconds=2) for each in ids)
        parts.append(_text(left, 62, model, INK, 14, True))
        for bin_number in range(25):
            height = counts[bin_number] * 140 / 5_000
            parts.append(_column(left + bin_number * 14, 220, 12, height))
        for ms in (0, 10, 20, 30, 40):
            parts.append(_text(left + ms * 7 - 4, 238, f"{ms} ms", PALE, 12))
    return _picture(800, 254, parts)


def bands() -> str:
    """Draw a price that runs away, its bands, and the pause that comes of it."""
    market = Market(
        FillSettings(), PriceBands(percent=5, reference_s=60, limit_state_s=15, pause_s=60)
    )
    bids: list[tuple[int, float]] = []
    points: list[tuple[int, float]] = []
    edges: list[tuple[int, int, int]] = []
    halted: list[int] = []
    for second in range(300):
        market.now += timedelta(seconds=1)
        # A slow rise, a jump beyond the band at 150 seconds, and a market that has settled there.
        wave = (0, 3, 5, 4, 1, -2, -4, -3)[second // 3 % 8]
        cents = 1_000 + second // 8 + wave + (60 if second >= 150 else 0)
        bids.append((second, cents))
        level = (DepthLevel(PriceUnits(cents * CENT), QuantityUnits(100 * SCALE)),)
        market.feed(Depth("AAPL", market.now, level, ()))
        known = market.core.bands.find("AAPL")
        if market.core.state.halt_of("AAPL") is not None:
            halted.append(second)
            continue
        if known is None or known.allows(cents * CENT):
            price, size = PriceUnits(cents * CENT), QuantityUnits(100 * SCALE)
            market.feed(Trade("AAPL", market.now, price, size, second))
            points.append((second, cents))
        known = market.core.bands.find("AAPL")
        if known is not None and known.reference is not None:
            edges.append((second, known.lower // CENT, known.upper // CENT))
    return _draw_bands(bids, points, edges, halted)


def _draw_bands(
    bids: list[tuple[int, float]],
    points: list[tuple[int, float]],
    edges: list[tuple[int, int, int]],
    halted: list[int],
) -> str:
    def place(second: float, cents: float) -> tuple[float, float]:
        return 70 + second * 2.2, 250 - (cents - 940) * 0.8

    parts = [_text(20, 30, "A price that runs to its band: percent 5", INK, 16, True)]
    start, end = place(halted[0], 0)[0], place(halted[-1] + 1, 0)[0]
    parts.append(
        f'<rect x="{start:.1f}" y="60" width="{end - start:.1f}" height="190" fill="#eef2f6"/>'
    )
    parts.append(_text(start + 8, 242, "pause of 60 s", PALE, 12))
    begins = place(150, 0)[0]
    parts.append(_text(begins - 50, 100, "15 s at the band", PALE, 12))
    parts.append(_text(end + 8, 242, "an auction, new bands", PALE, 12))
    for cents in (950, 1_000, 1_050, 1_100, 1_150):
        parts.append(_text(20, place(0, cents)[1] + 4, f"{cents / 100:.2f}", PALE, 12))
    for second in (0, 60, 120, 180, 240):
        parts.append(_text(place(second, 0)[0], 270, f"{second} s", PALE, 12))
    for side in (1, 2):
        for before in (True, False):
            steps = [each for each in edges if (each[0] < halted[0]) is before]
            line = " ".join(
                f"{x:.1f},{y:.1f}" for x, y in (place(each[0], each[side]) for each in steps)
            )
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
            )
    for color, told, radius in ((SHOWN, bids, 1.2), (TAKEN, points, 1.4)):
        for second, price in told:
            x, y = place(second, price)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{color}"/>')
    legend = ((440, INK, "bands"), (530, SHOWN, "best bid"), (640, TAKEN, "trades"))
    for left, color, what in legend:
        parts += [_bar(left, 22, 20, color, 3), _text(left + 26, 28, what, PALE, 12)]
    return _picture(760, 284, parts)


def _column(x: float, bottom: float, width: float, height: float) -> str:
    return (
        f'<rect x="{x:.1f}" y="{bottom - height:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="{TAKEN}"/>'
    )


def _text(x: float, y: float, text: str, color: str, size: int, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-size="{size}"{weight}>{text}</text>'


def _bar(x: float, y: float, width: float, color: str, height: int = 18) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{color}"/>'


def _picture(width: int, height: int, parts: list[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif">\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


PICTURES = {
    "fills-models.svg": models,
    "fills-impact.svg": impact,
    "fills-auction.svg": auction,
    "fills-latency.svg": latency,
    "fills-bands.svg": bands,
}

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (HERE / name).write_text(draw())
