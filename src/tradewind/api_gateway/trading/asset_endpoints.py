"""``/v2/assets``: what can be traded."""

from msgspec import Struct

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.api_gateway.wire.query import Choice, Listing, Text
from tradewind.contracts.market_data import Instrument, MarketDataService
from tradewind.contracts.vocabulary import AssetClass
from tradewind.platform.errors import NotFound

_TAG = "Assets"
_CLASSES = (
    "us_equity",
    "us_option",
    "crypto",
    "crypto_perp",
    "treasury",
    "corporate",
    "global_equity",
    "us_index",
    "us_equity_chain",
    "ipo",
)
_OURS = frozenset(member.value for member in AssetClass)
_STATUS = Choice("status", "active or inactive; both by default.", ("active", "inactive"))
_CLASS = Choice("asset_class", "The kind of asset; us_equity by default.", _CLASSES)
_EXCHANGE = Text("exchange", "Only assets of this exchange.", longest=32)
_ATTRIBUTES = Listing("attributes", "Only assets with one of these attributes.")

_PAID_IN_FULL = 100
_SHORT_PERCENT_MIN = 30


class WireAsset(Struct, frozen=True, kw_only=True, rename={"asset_class": "class"}):
    """Alpaca's asset. Requirements are percentages of the value, of margin accounts alone."""

    id: str
    asset_class: AssetClass
    exchange: str
    symbol: str
    name: str
    status: str
    tradable: bool
    marginable: bool
    shortable: bool
    easy_to_borrow: bool
    fractionable: bool
    min_order_size: str
    min_trade_increment: str
    price_increment: str
    maintenance_margin_requirement: int
    margin_requirement_long: str
    margin_requirement_short: str
    attributes: tuple[str, ...] = ()


def wire_asset(instrument: Instrument) -> WireAsset:
    """Return an instrument as the wire shows it."""
    listing = instrument.listing()
    required = instrument.maintenance_percent if instrument.marginable else _PAID_IN_FULL
    return WireAsset(
        id=instrument.instrument_id,
        asset_class=instrument.asset_class,
        exchange=instrument.exchange,
        symbol=instrument.symbol,
        name=instrument.name,
        status="active" if instrument.active else "inactive",
        tradable=instrument.tradable,
        marginable=instrument.marginable,
        shortable=instrument.shortable,
        easy_to_borrow=instrument.easy_to_borrow,
        fractionable=instrument.fractionable,
        min_order_size=decimal_text(max(instrument.quantity_min, listing.quantity_increment)),
        min_trade_increment=decimal_text(listing.quantity_increment),
        price_increment=decimal_text(instrument.price_increment),
        maintenance_margin_requirement=required,
        margin_requirement_long=str(required),
        margin_requirement_short=str(max(required, _SHORT_PERCENT_MIN)),
    )


class AssetEndpoints:
    """The instruments, the same for every caller."""

    def __init__(self, market_data: MarketDataService, instruments: InstrumentDirectory) -> None:
        self._market_data = market_data
        self._instruments = instruments

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(
                "GET",
                "/v2/assets",
                self.list,
                Access.READ,
                "List assets",
                _TAG,
                parameters=(_STATUS, _CLASS, _EXCHANGE, _ATTRIBUTES),
                response=list[WireAsset],
            ),
            Route(
                "GET",
                "/v2/assets/{symbol_or_asset_id:path}",
                self.get,
                Access.READ,
                "Get an asset by symbol or id",
                _TAG,
                response=WireAsset,
            ),
        ]

    async def list(self, request: Request) -> Response:
        """Answer the assets by symbol."""
        query = request.query
        status = _STATUS.read(query)
        asset_class = _CLASS.read(query, AssetClass.US_EQUITY.value)
        exchange = _EXCHANGE.read(query)
        if asset_class not in _OURS or _ATTRIBUTES.read(query):
            return json_response([])
        found = await self._market_data.list_instruments(
            active=None if status is None else status == "active",
            asset_class=AssetClass(asset_class),
        )
        return json_response(
            [
                wire_asset(instrument)
                for instrument in found
                if exchange is None or instrument.exchange == exchange.upper()
            ]
        )

    async def get(self, request: Request) -> Response:
        """Answer one asset."""
        asked = request.path_values["symbol_or_asset_id"]
        instrument = await self._instruments.find(asked)
        if instrument is None:
            raise NotFound(f"asset not found for {asked[:64]}")
        return json_response(wire_asset(instrument))
