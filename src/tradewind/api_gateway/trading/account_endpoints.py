"""``/v2/account`` and ``/v2/account/configurations``."""

from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from tradewind.api_gateway.platform_api.margin_endpoints import CallShape, wire_call
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.contracts.accounts import AccountService, BrokerageAccount
from tradewind.contracts.margin import DAY_TRADES_MAX, AccountType, MarginFigures
from tradewind.contracts.orders import OrderService
from tradewind.contracts.trading_accounts import Configuration, ConfigurationChange, TradingAccount
from tradewind.platform.errors import MalformedRequest

_TAG = "Account"
_ZERO = "0"
_CONFIRMATIONS = ("all", "none")
_MULTIPLIERS = ("1", "2", "4")
_LEGACY_CHECKS = ("both", "entry", "exit")
_OPTIONS_LEVEL = 0

_T = TypeVar("_T")


class WireAccount(Struct, frozen=True, kw_only=True):
    """Alpaca's account, and beside its fields the type and an open margin call.

    In a cash account one dollar buys a dollar's worth, long only.
    """

    id: str
    account_number: str
    status: str = "ACTIVE"
    crypto_status: str = "ACTIVE"
    currency: str
    cash: str
    buying_power: str
    regt_buying_power: str
    daytrading_buying_power: str = _ZERO
    effective_buying_power: str
    non_marginable_buying_power: str
    options_buying_power: str = _ZERO
    equity: str
    last_equity: str
    portfolio_value: str
    long_market_value: str
    short_market_value: str = _ZERO
    position_market_value: str
    initial_margin: str = _ZERO
    maintenance_margin: str = _ZERO
    last_maintenance_margin: str = _ZERO
    sma: str = _ZERO
    multiplier: str = "1"
    accrued_fees: str
    pending_transfer_in: str = _ZERO
    pending_transfer_out: str = _ZERO
    pattern_day_trader: bool = False
    daytrade_count: int = 0
    trading_blocked: bool = False
    transfers_blocked: bool = False
    account_blocked: bool = False
    trade_suspended_by_user: bool
    shorting_enabled: bool = False
    options_approved_level: int = _OPTIONS_LEVEL
    options_trading_level: int = _OPTIONS_LEVEL
    created_at: datetime
    account_type: AccountType = AccountType.CASH
    margin_call: CallShape | None = None


class WireConfiguration(Struct, frozen=True, kw_only=True):
    """Alpaca's account configuration."""

    fractional_trading: bool
    max_margin_multiplier: str
    no_shorting: bool
    suspend_trade: bool
    trade_confirm_email: str
    ptp_no_exception_entry: bool
    max_options_trading_level: int = _OPTIONS_LEVEL
    disable_overnight_trading: bool = False


class ConfigurationBody(Struct, frozen=True, kw_only=True):
    """What to change; absent and ``null`` fields stay, as the official client sends all of them."""

    fractional_trading: bool | None = None
    max_margin_multiplier: str | int | None = None
    no_shorting: bool | None = None
    suspend_trade: bool | None = None
    trade_confirm_email: str | None = None
    ptp_no_exception_entry: bool | None = None
    max_options_trading_level: int | None = None
    disable_overnight_trading: bool | None = None
    dtbp_check: str | None = None
    pdt_check: str | None = None


_configuration = msgspec.json.Decoder(ConfigurationBody)


def wire_account(record: BrokerageAccount, account: TradingAccount) -> WireAccount:
    """Return an account as the wire shows it: the record's names, the ledger's amounts."""
    spendable = decimal_text(account.cash_posted - account.cash_held)
    equity = decimal_text(account.equity)
    shown = WireAccount(
        id=account.account_id,
        account_number=record.account_number,
        currency=account.currency,
        cash=decimal_text(account.cash_posted),
        buying_power=spendable,
        regt_buying_power=spendable,
        effective_buying_power=spendable,
        non_marginable_buying_power=spendable,
        equity=equity,
        last_equity=decimal_text(account.last_equity),
        portfolio_value=equity,
        long_market_value=decimal_text(account.long_market_value),
        short_market_value=decimal_text(account.short_market_value),
        position_market_value=decimal_text(account.long_market_value + account.short_market_value),
        accrued_fees=decimal_text(account.fees_paid),
        trading_blocked=account.trading_blocked,
        trade_suspended_by_user=account.configuration.suspend_trade,
        created_at=record.created_at,
    )
    return shown if account.margin is None else _on_margin(shown, account, account.margin)


def _on_margin(shown: WireAccount, account: TradingAccount, margin: MarginFigures) -> WireAccount:
    """Return an account with what differs where it may borrow."""
    buying_power = decimal_text(margin.buying_power)
    return structs.replace(
        shown,
        buying_power=buying_power,
        regt_buying_power=decimal_text(margin.regt_buying_power),
        daytrading_buying_power=decimal_text(margin.daytrading_buying_power),
        effective_buying_power=buying_power,
        non_marginable_buying_power=decimal_text(margin.cash_buying_power),
        initial_margin=decimal_text(margin.initial_margin),
        maintenance_margin=decimal_text(margin.maintenance_margin),
        last_maintenance_margin=decimal_text(margin.last_maintenance_margin),
        sma=decimal_text(max(0, account.equity - margin.initial_margin)),
        multiplier=str(margin.multiplier),
        pattern_day_trader=margin.day_trade_count > DAY_TRADES_MAX,
        daytrade_count=margin.day_trade_count,
        shorting_enabled=margin.shorting_enabled,
        account_type=AccountType.MARGIN,
        margin_call=wire_call(margin.call),
    )


def wire_configuration(configuration: Configuration) -> WireConfiguration:
    """Return an account's settings as the wire shows them."""
    return WireConfiguration(
        fractional_trading=configuration.fractional_trading,
        max_margin_multiplier=configuration.max_margin_multiplier,
        no_shorting=configuration.no_shorting,
        suspend_trade=configuration.suspend_trade,
        trade_confirm_email=configuration.trade_confirm_email,
        ptp_no_exception_entry=configuration.ptp_no_exception_entry,
    )


class AccountEndpoints:
    """The caller's account and its settings."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        settings = "/v2/account/configurations"
        return [
            Route(
                "GET",
                "/v2/account",
                self.get,
                Access.READ,
                "Get the account",
                _TAG,
                response=WireAccount,
            ),
            Route(
                "GET",
                settings,
                self.get_configuration,
                Access.READ,
                "Get the account's settings",
                _TAG,
                response=WireConfiguration,
            ),
            Route(
                "PATCH",
                settings,
                self.configure,
                Access.TRADE,
                "Change the account's settings",
                _TAG,
                body=ConfigurationBody,
                response=WireConfiguration,
            ),
        ]

    async def get(self, request: Request) -> Response:
        """Answer the account's money and flags."""
        account_id = request.identity.account_id
        record = await self._accounts.get_account(account_id)
        return json_response(wire_account(record, await self._orders.get_account(account_id)))

    async def get_configuration(self, request: Request) -> Response:
        """Answer the account's settings."""
        account = await self._orders.get_account(request.identity.account_id)
        return json_response(wire_configuration(account.configuration))

    async def configure(self, request: Request) -> Response:
        """Change settings and answer all of them."""
        change = _read_change(request.body)
        changed = await self._orders.configure(request.identity.account_id, change)
        return json_response(wire_configuration(changed))


def _read_change(body: bytes) -> ConfigurationChange:
    sent = decode_body(_configuration, body)
    multiplier = sent.max_margin_multiplier
    if multiplier is not None:
        _check("max_margin_multiplier", str(multiplier), _MULTIPLIERS)
    _check("trade_confirm_email", sent.trade_confirm_email, _CONFIRMATIONS)
    # The day-trade checks of old: an administrator's setting decides, and it checks both ways.
    _check("dtbp_check", sent.dtbp_check, _LEGACY_CHECKS)
    _check("pdt_check", sent.pdt_check, _LEGACY_CHECKS)
    if sent.max_options_trading_level not in (None, _OPTIONS_LEVEL):
        raise MalformedRequest(
            f"max_options_trading_level must be {_OPTIONS_LEVEL}: options are not offered"
        )
    if sent.disable_overnight_trading:
        raise MalformedRequest(
            "disable_overnight_trading must be false: there is no overnight session to disable"
        )
    return ConfigurationChange(
        suspend_trade=_given(sent.suspend_trade),
        fractional_trading=_given(sent.fractional_trading),
        no_shorting=_given(sent.no_shorting),
        trade_confirm_email=_given(sent.trade_confirm_email),
        max_margin_multiplier=UNSET if multiplier is None else str(multiplier),
        ptp_no_exception_entry=_given(sent.ptp_no_exception_entry),
    )


def _check(name: str, word: str | None, words: tuple[str, ...]) -> None:
    if word is not None and word not in words:
        raise MalformedRequest(f"{name} must be one of {', '.join(words)}; was {word[:40]!r}")


def _given(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value
