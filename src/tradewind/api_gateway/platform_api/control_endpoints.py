"""``/tradewind/v1/accounts/{account_id}``: limits and kill switch, for administrators."""

import msgspec
from msgspec import Struct

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.amount import AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body, encode
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text_or_none
from tradewind.contracts.accounts import AccountService, Intervention
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import is_uuid
from tradewind.platform.money import SCALE, InexactAmount, MoneyUnits, QuantityUnits, to_units

_TAG = "Risk"
_AMOUNT_MAX = 1_000_000_000 * SCALE
_SYMBOL_MAX = 32


class LimitsBody(Struct, frozen=True, kw_only=True):
    """All limits of an account; one that is absent or ``null`` is none."""

    order_value_max: AnyAmount | None = None
    position_value_max: AnyAmount | None = None
    position_qty_max: AnyAmount | None = None
    daily_loss_max: AnyAmount | None = None
    orders_per_second_max: int | None = None
    restricted_symbols: list[str] = []
    duplicate_window_ms: int | None = None


class KillSwitchBody(Struct, frozen=True, kw_only=True):
    """Why the account is stopped; its owner reads it in every refusal."""

    reason: str = ""


class ControlShape(Struct, frozen=True, kw_only=True):
    """An account's limits and its kill switch; amounts are strings, ``null`` is no limit."""

    account_id: str
    order_value_max: str | None
    position_value_max: str | None
    position_qty_max: str | None
    daily_loss_max: str | None
    orders_per_second_max: int | None
    restricted_symbols: list[str]
    duplicate_window_ms: int | None
    kill_switch: bool
    kill_switch_reason: str


class StoppedShape(Struct, frozen=True, kw_only=True):
    """What engaging the kill switch canceled."""

    account_id: str
    canceled_order_ids: list[str]


_limits = amount_decoder(LimitsBody)
_kill_switch = msgspec.json.Decoder(KillSwitchBody)


class ControlEndpoints:
    """What administrators do to accounts; each change is journaled and in the audit log."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        limits = "/tradewind/v1/accounts/{account_id}/limits"
        kill_switch = "/tradewind/v1/accounts/{account_id}/kill-switch"
        return [
            Route(
                "GET",
                limits,
                self.get_limits,
                Access.ADMIN,
                "Get an account's limits and kill switch",
                _TAG,
                problem,
                response=ControlShape,
            ),
            Route(
                "PUT",
                limits,
                self.set_limits,
                Access.ADMIN,
                "Replace an account's limits",
                _TAG,
                problem,
                body=LimitsBody,
                response=ControlShape,
                description="Open orders stay; every new one is held to the limits.",
            ),
            Route(
                "PUT",
                kill_switch,
                self.engage,
                Access.ADMIN,
                "Engage an account's kill switch",
                _TAG,
                problem,
                body=KillSwitchBody,
                response=StoppedShape,
                description="Cancels every open order of the account and takes no new ones.",
            ),
            Route(
                "DELETE",
                kill_switch,
                self.release,
                Access.ADMIN,
                "Release an account's kill switch",
                _TAG,
                problem,
                response=ControlShape,
            ),
        ]

    async def get_limits(self, request: Request) -> Response:
        """Answer the limits and the kill switch."""
        account_id = _account_id(request)
        return json_response(_shape(account_id, await self._orders.get_control(account_id)))

    async def set_limits(self, request: Request) -> Response:
        """Replace the limits and answer them."""
        account_id, by = _account_id(request), request.identity.user_id
        limits = _read_limits(decode_body(_limits, request.body))
        control = await self._orders.set_limits(account_id, limits, by)
        shape = _shape(account_id, control)
        await self._accounts.record_intervention(
            by, account_id, Intervention.LIMITS_SET, encode(shape).decode()
        )
        return json_response(shape)

    async def engage(self, request: Request) -> Response:
        """Stop the account and answer what was canceled."""
        account_id, by = _account_id(request), request.identity.user_id
        reason = decode_body(_kill_switch, request.body or b"{}").reason.strip()
        if not (reason.isprintable() or not reason):
            raise MalformedRequest("reason must be printable")
        canceled = await self._orders.engage_kill_switch(account_id, reason, by)
        await self._accounts.record_intervention(
            by, account_id, Intervention.KILL_SWITCH_ENGAGED, reason
        )
        ids = [str(result.order_id) for result in canceled]
        return json_response(StoppedShape(account_id=account_id, canceled_order_ids=ids))

    async def release(self, request: Request) -> Response:
        """Let the account trade again and answer its limits."""
        account_id, by = _account_id(request), request.identity.user_id
        await self._orders.release_kill_switch(account_id, by)
        await self._accounts.record_intervention(
            by, account_id, Intervention.KILL_SWITCH_RELEASED, ""
        )
        return json_response(_shape(account_id, await self._orders.get_control(account_id)))


def _account_id(request: Request) -> AccountId:
    asked = request.path_values["account_id"]
    if not is_uuid(asked):
        raise NotFound(f"there is no account {asked[:64]!r}")
    return AccountId(asked.lower())


def _read_limits(sent: LimitsBody) -> AccountLimits:
    return AccountLimits(
        order_value_max=_money("order_value_max", sent.order_value_max),
        position_value_max=_money("position_value_max", sent.position_value_max),
        position_qty_max=_qty("position_qty_max", sent.position_qty_max),
        daily_loss_max=_money("daily_loss_max", sent.daily_loss_max),
        orders_per_second_max=sent.orders_per_second_max,
        restricted_symbols=_symbols(sent.restricted_symbols),
        duplicate_window_ms=sent.duplicate_window_ms,
    )


def _money(name: str, value: AnyAmount | None) -> MoneyUnits | None:
    return None if value is None else MoneyUnits(_units(name, value))


def _qty(name: str, value: AnyAmount | None) -> QuantityUnits | None:
    return None if value is None else QuantityUnits(_units(name, value))


def _units(name: str, value: AnyAmount) -> int:
    try:
        units = to_units(value)
    except InexactAmount as error:
        raise MalformedRequest(f"{name}: {error}") from None
    if not 0 < units <= _AMOUNT_MAX:
        raise MalformedRequest(f"{name} must be above 0 and at most a billion, was {value}")
    return units


def _symbols(sent: list[str]) -> tuple[str, ...]:
    symbols = sorted({symbol.strip().upper() for symbol in sent})
    if any(not 0 < len(symbol) <= _SYMBOL_MAX or not symbol.isprintable() for symbol in symbols):
        raise MalformedRequest("restricted_symbols must be symbols of instruments")
    return tuple(symbols)


def _shape(account_id: AccountId, control: AccountControl) -> ControlShape:
    limits = control.limits
    return ControlShape(
        account_id=account_id,
        order_value_max=decimal_text_or_none(limits.order_value_max),
        position_value_max=decimal_text_or_none(limits.position_value_max),
        position_qty_max=decimal_text_or_none(limits.position_qty_max),
        daily_loss_max=decimal_text_or_none(limits.daily_loss_max),
        orders_per_second_max=limits.orders_per_second_max,
        restricted_symbols=list(limits.restricted_symbols),
        duplicate_window_ms=limits.duplicate_window_ms,
        kill_switch=control.kill_switch,
        kill_switch_reason=control.kill_switch_reason,
    )
