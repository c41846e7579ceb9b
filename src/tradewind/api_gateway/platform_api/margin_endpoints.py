"""``/tradewind/v1/accounts/{account_id}/margin``: an account's type and margin."""

from datetime import datetime

import msgspec
from msgspec import Struct

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body, encode
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.contracts.accounts import AccountService, Intervention
from tradewind.contracts.margin import AccountType, MarginCall, MarginSettings
from tradewind.contracts.orders import OrderService
from tradewind.contracts.trading_accounts import TradingAccount
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import is_uuid

_TAG = "Risk"
_TYPES = {each.value: each for each in AccountType}


class MarginBody(Struct, frozen=True, kw_only=True):
    """All margin settings of an account; one that is absent has its default."""

    account_type: str
    multiplier: int | None = None
    """1, 2 or 4; 2 by default for a margin account."""
    day_trade_rule: bool = False
    call_grace_s: int = 0


class CallShape(Struct, frozen=True, kw_only=True):
    """An open margin call."""

    issued_at: datetime
    due_at: datetime
    deficit: str
    overnight: bool


class MarginShape(Struct, frozen=True, kw_only=True):
    """An account's margin settings and how it stands; amounts are strings."""

    account_id: str
    account_type: AccountType
    multiplier: int
    day_trade_rule: bool
    call_grace_s: int
    equity: str
    buying_power: str
    initial_margin: str
    maintenance_margin: str
    withdrawable: str
    day_trade_count: int
    margin_call: CallShape | None


_body = msgspec.json.Decoder(MarginBody)


class MarginEndpoints:
    """What administrators set; each change is journaled and in the audit log."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        path = "/tradewind/v1/accounts/{account_id}/margin"
        return [
            Route(
                "GET",
                path,
                self.get,
                Access.ADMIN,
                "Get an account's type, margin and margin call",
                _TAG,
                ErrorStyle.PROBLEM,
                response=MarginShape,
            ),
            Route(
                "PUT",
                path,
                self.set,
                Access.ADMIN,
                "Set an account's type and margin",
                _TAG,
                ErrorStyle.PROBLEM,
                body=MarginBody,
                response=MarginShape,
                description="The type is changed only while the account has no open orders.",
            ),
        ]

    async def get(self, request: Request) -> Response:
        """Answer the settings and how the account stands."""
        return json_response(_shape(await self._orders.get_account(_account_id(request))))

    async def set(self, request: Request) -> Response:
        """Replace the settings and answer them."""
        account_id, by = _account_id(request), request.identity.user_id
        settings = _read(decode_body(_body, request.body))
        shape = _shape(await self._orders.set_margin(account_id, settings, by))
        await self._accounts.record_intervention(
            by, account_id, Intervention.MARGIN_SET, encode(settings).decode()
        )
        return json_response(shape)


def _account_id(request: Request) -> AccountId:
    asked = request.path_values["account_id"]
    if not is_uuid(asked):
        raise NotFound(f"there is no account {asked[:64]!r}")
    return AccountId(asked.lower())


def _read(sent: MarginBody) -> MarginSettings:
    account_type = _TYPES.get(sent.account_type)
    if account_type is None:
        raise MalformedRequest(
            f"account_type must be one of {', '.join(_TYPES)}; was {sent.account_type[:40]!r}"
        )
    default = 2 if account_type is AccountType.MARGIN else 1
    return MarginSettings(
        account_type=account_type,
        multiplier_max=default if sent.multiplier is None else sent.multiplier,
        day_trade_rule=sent.day_trade_rule,
        call_grace_s=sent.call_grace_s,
    )


def wire_call(call: MarginCall | None) -> CallShape | None:
    """Return an open margin call as the wire shows it."""
    if call is None:
        return None
    return CallShape(
        issued_at=call.issued_at,
        due_at=call.due_at,
        deficit=decimal_text(call.deficit),
        overnight=call.overnight,
    )


def _shape(account: TradingAccount) -> MarginShape:
    margin = account.margin
    settings = MarginSettings() if margin is None else margin.settings
    spendable = account.cash_posted - account.cash_held
    return MarginShape(
        account_id=account.account_id,
        account_type=settings.account_type,
        multiplier=settings.multiplier_max,
        day_trade_rule=settings.day_trade_rule,
        call_grace_s=settings.call_grace_s,
        equity=decimal_text(account.equity),
        buying_power=decimal_text(spendable if margin is None else margin.buying_power),
        initial_margin=decimal_text(0 if margin is None else margin.initial_margin),
        maintenance_margin=decimal_text(0 if margin is None else margin.maintenance_margin),
        withdrawable=decimal_text(spendable if margin is None else margin.withdrawable),
        day_trade_count=0 if margin is None else margin.day_trade_count,
        margin_call=wire_call(None if margin is None else margin.call),
    )
