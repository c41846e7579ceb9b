"""``/tradewind/v1/venues``: markets that replay history, each with an account of its own."""

from datetime import date
from decimal import Decimal

import msgspec
from msgspec import Struct, field, structs

from tradewind.api_gateway.platform_api.account_endpoints import check_name
from tradewind.api_gateway.platform_api.shapes import FeedShape, NewVenueShape, shape_feed
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.amount import Amount, AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import ErrorStyle, NotOfferedYet
from tradewind.contracts.accounts import AccountService, Identity
from tradewind.contracts.market_data import FeedSpec, FeedState, MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.venues import FeeSchedule, FillSettings, Latency, PriceBands, VenueSpec
from tradewind.contracts.vocabulary import FeedKind, FillModel, LatencyModel, Role, VenueId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import is_uuid, new_id
from tradewind.platform.money import InexactAmount, MoneyUnits, to_units

_TAG = "Venues"
_SYMBOLS_MAX = 1000
_SYMBOL_MAX = 32
_CASH_MAX = Decimal(1_000_000_000)
_FEE_BPS_MAX = Decimal(10_000)
_SEED_MAX = 2**31 - 1
_DAYS_MAX = 1_000


class FeedBody(Struct, frozen=True, kw_only=True):
    """What feeds the venue: daily prices of some symbols between two dates, inclusive."""

    kind: FeedKind
    symbols: list[str] = []
    start_date: date | None = None
    end_date: date | None = None
    seed: int = 1


class FeesBody(Struct, frozen=True, kw_only=True):
    """What the venue charges, in ten-thousandths and dollars; nothing if nothing is said.

    The maker's or the taker's rate may be below zero, a rebate that the other side pays for.
    """

    fee_bps: AnyAmount = field(default_factory=Amount)
    fee_per_share: AnyAmount = field(default_factory=Amount)
    fee_minimum: AnyAmount = field(default_factory=Amount)
    maker_bps: AnyAmount = field(default_factory=Amount)
    maker_per_share: AnyAmount = field(default_factory=Amount)
    taker_bps: AnyAmount = field(default_factory=Amount)
    taker_per_share: AnyAmount = field(default_factory=Amount)
    sell_fee_per_million: AnyAmount = field(default_factory=Amount)
    sell_fee_per_share: AnyAmount = field(default_factory=Amount)
    sell_fee_per_share_max: AnyAmount = field(default_factory=Amount)


class FillsBody(Struct, frozen=True, kw_only=True):
    """How the venue fills orders; by queue and depth alone if nothing is said."""

    model: FillModel = FillModel.QUEUE
    hidden_percent: int = 0
    impact_bps: int = 0
    impact_half_life_s: int = 60


class LatencyBody(Struct, frozen=True, kw_only=True):
    """How long orders are on their way to the market; no time at all if not said."""

    model: LatencyModel = LatencyModel.FIXED
    ms: int = 0
    spread_ms: int = 0
    seed: int = 1


class BandsBody(Struct, frozen=True, kw_only=True):
    """How far from its reference price an instrument may trade; any distance if not said."""

    percent: int = 0
    reference_s: int = 300
    limit_state_s: int = 15
    pause_s: int = 300
    wide_opening_s: int = 0
    wide_closing_s: int = 1_500


class InterestBody(Struct, frozen=True, kw_only=True):
    """What cash earns, and what margin debt and borrowed shares cost, in ten-thousandths a year;
    nothing if not said."""

    cash_bps: AnyAmount = field(default_factory=Amount)
    debit_bps: AnyAmount = field(default_factory=Amount)
    borrow_bps: AnyAmount = field(default_factory=Amount)


class NewVenueBody(Struct, frozen=True, kw_only=True):
    """A venue to open, with an account that starts with some cash: 100,000 if nothing is said."""

    name: str
    feed: FeedBody
    fees: FeesBody = field(default_factory=FeesBody)
    fills: FillsBody = FillsBody()
    latency: LatencyBody = LatencyBody()
    bands: BandsBody = BandsBody()
    interest: InterestBody = field(default_factory=InterestBody)
    cash: AnyAmount = field(default_factory=lambda: Amount(100_000))


class StepBody(Struct, frozen=True, kw_only=True):
    """How many trading days to advance."""

    days: int = 1


_new_venue = amount_decoder(NewVenueBody)
_step = msgspec.json.Decoder(StepBody)


class VenueEndpoints:
    """Opens venues and moves their time."""

    def __init__(
        self, accounts: AccountService, orders: OrderService, market_data: MarketDataService
    ) -> None:
        self._accounts = accounts
        self._orders = orders
        self._market_data = market_data

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        every, one = "/tradewind/v1/venues", "/tradewind/v1/venues/{venue_id}"
        return [
            Route(
                "POST",
                every,
                self.open,
                Access.ADMIN,
                "Open a venue that replays history",
                _TAG,
                problem,
                body=NewVenueBody,
                response=NewVenueShape,
                status=201,
                description="Also makes an account on it with cash and a key.",
            ),
            Route(
                "GET",
                one,
                self.get,
                Access.READ,
                "Get where a venue stands",
                _TAG,
                problem,
                response=FeedShape,
            ),
            Route(
                "POST",
                one + "/step",
                self.step,
                Access.TRADE,
                "Advance a venue by trading days",
                _TAG,
                problem,
                body=StepBody,
                response=FeedShape,
                description="Answers when every order that the days touch has been settled.",
            ),
        ]

    async def open(self, request: Request) -> Response:
        """Open a venue, an account on it, and a key for that account."""
        sent = decode_body(_new_venue, request.body)
        venue_id = VenueId(new_id())
        venue, feed, cash = _read_venue(sent, venue_id)
        await self._check_symbols(feed.symbols)
        state = await self._market_data.create_feed(feed)
        try:
            # The venue's time begins where its feed stands, not at the present of the machine.
            await self._orders.create_venue(structs.replace(venue, starts_at=state.now))
            user_id = request.identity.user_id
            account = await self._accounts.create_account(user_id, venue_id, venue.name)
            await self._orders.open_account(venue_id, account.account_id)
            if cash:
                await self._orders.deposit(account.account_id, cash, "opening cash")
            made = await self._accounts.create_key(account.account_id, venue.name)
        except BaseException:
            # Without its account nobody can use the feed, and it must not run on unseen.
            await self._market_data.stop_feed(venue_id)
            raise
        return json_response(
            NewVenueShape(
                venue_id=venue_id,
                account_id=account.account_id,
                key_id=made.key.key_id,
                secret_key=made.secret,
                state=shape_feed(state),
            ),
            201,
        )

    async def get(self, request: Request) -> Response:
        """Answer where the venue stands."""
        return json_response(shape_feed(await self._market_data.feed_state(read_venue_id(request))))

    async def step(self, request: Request) -> Response:
        """Advance a replay, wait until the core has settled it, and answer where it stands."""
        venue_id = read_venue_id(request)
        days = decode_body(_step, request.body or b"{}").days
        if not 0 < days <= _DAYS_MAX:
            raise MalformedRequest(f"days must be between 1 and {_DAYS_MAX}, was {days}")
        state: FeedState = await self._market_data.step_feed(venue_id, days)
        await self._orders.wait_for_feed(venue_id, state.number)
        return json_response(shape_feed(state))

    async def _check_symbols(self, symbols: tuple[str, ...]) -> None:
        for symbol in symbols:
            if await self._market_data.find_instrument(symbol) is None:
                raise MalformedRequest(f"feed.symbols: there is no instrument {symbol!r}")


def _read_venue(sent: NewVenueBody, venue_id: VenueId) -> tuple[VenueSpec, FeedSpec, MoneyUnits]:
    feed = sent.feed
    if feed.kind is not FeedKind.REPLAY:
        raise NotOfferedYet("only venues that replay history can be opened yet")
    if len(feed.symbols) > _SYMBOLS_MAX or any(
        not 0 < len(symbol) <= _SYMBOL_MAX or not symbol.isprintable() for symbol in feed.symbols
    ):
        raise MalformedRequest("feed.symbols must be symbols of instruments")
    if feed.start_date and feed.end_date and feed.end_date < feed.start_date:
        raise MalformedRequest("feed.end_date must not be before feed.start_date")
    if not 0 <= feed.seed <= _SEED_MAX:
        raise MalformedRequest(f"feed.seed must be between 0 and {_SEED_MAX}")
    return (
        VenueSpec(
            venue_id=venue_id,
            name=check_name(sent.name),
            fees=_read_fees(sent.fees),
            fills=FillSettings(**structs.asdict(sent.fills)),
            latency=Latency(**structs.asdict(sent.latency)),
            bands=PriceBands(**structs.asdict(sent.bands)),
            interest_bps=_bounded("interest.cash_bps", sent.interest.cash_bps, _FEE_BPS_MAX),
            debit_interest_bps=_bounded(
                "interest.debit_bps", sent.interest.debit_bps, _FEE_BPS_MAX
            ),
            borrow_bps=_bounded("interest.borrow_bps", sent.interest.borrow_bps, _FEE_BPS_MAX),
            follows_feed_time=True,
        ),
        FeedSpec(
            venue_id=venue_id,
            kind=feed.kind,
            symbols=tuple(dict.fromkeys(symbol.upper() for symbol in feed.symbols)),
            seed=feed.seed,
            start_date=feed.start_date,
            end_date=feed.end_date,
        ),
        _money("cash", sent.cash),
    )


def _read_fees(sent: FeesBody) -> FeeSchedule:
    """Return the schedule; only a maker's or taker's rate may be below zero."""
    values: dict[str, object] = {}
    for name in FeesBody.__struct_fields__:
        least = None if name.startswith(("maker_", "taker_")) else Decimal(0)
        value: Decimal = getattr(sent, name)
        if name.endswith("_bps"):
            values[name] = _bounded(f"fees.{name}", value, _FEE_BPS_MAX, least)
        else:
            values[name] = _money(f"fees.{name}", value, least)
    return msgspec.convert(values, FeeSchedule)


def _bounded(
    name: str, value: Decimal, most: Decimal, least: Decimal | None = Decimal(0)
) -> Decimal:
    least = -most if least is None else least
    if not value.is_finite() or not least <= value <= most:
        raise MalformedRequest(f"{name} must be between {least} and {most}")
    return Decimal(value)  # a plain one: what was sent is a type of the wire


def _money(name: str, value: Decimal, least: Decimal | None = Decimal(0)) -> MoneyUnits:
    try:
        return MoneyUnits(to_units(_bounded(name, value, _CASH_MAX, least)))
    except InexactAmount as error:
        raise MalformedRequest(f"{name}: {error}") from None


def read_venue_id(request: Request) -> VenueId:
    """Return the venue of the path if the caller may see it: its own, or any for administrators."""
    identity: Identity = request.identity
    asked = request.path_values["venue_id"]
    if asked != identity.venue_id and not (identity.role is Role.ADMIN and is_uuid(asked)):
        raise NotFound(f"there is no venue {asked[:64]!r} for you")
    return VenueId(asked)
