"""``/tradewind/v1/…/deposits``, ``…/withdrawals`` and ``/transfers``: an administrator moves cash.

Each takes an ``Idempotency-Key``: a request that is sent again, for whatever reason, is answered
with what was done the first time.
"""

from datetime import datetime
from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, RequestHeader, Route
from tradewind.api_gateway.wire.amount import AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.contracts.accounts import AccountService
from tradewind.contracts.activities import CashMovement
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import is_uuid
from tradewind.platform.money import CENT, InexactAmount, MoneyUnits, to_units

_TAG = "Cash"
_AMOUNT_MAX = Decimal(1_000_000_000)
_REFERENCE_MAX = 128
_KEY_MAX = 128
_KEY = RequestHeader(
    "Idempotency-Key",
    "Makes the request safe to repeat: the same key and body are answered with what was done the "
    "first time, the same key with another body is refused. Printable ASCII; valid for ever.",
    _KEY_MAX,
)


class CashBody(Struct, frozen=True, kw_only=True):
    """How much, in dollars and cents, and what it is for: the text of the account's activity."""

    amount: AnyAmount
    reference: str = ""


class TransferBody(Struct, frozen=True, kw_only=True):
    """From which account to which, how much in dollars and cents, and what it is for."""

    from_account_id: str
    to_account_id: str
    amount: AnyAmount
    reference: str = ""


class CashMovementShape(Struct, frozen=True, kw_only=True):
    """Cash that was moved, and its activity."""

    activity_id: str
    activity_type: str
    """``CSD`` for a deposit, ``CSW`` for a withdrawal, ``JNLC`` for a transfer."""
    account_id: str
    """Of a transfer: who gave it."""
    to_account_id: str | UnsetType = UNSET
    amount: str
    reference: str
    at: datetime


_cash = amount_decoder(CashBody)
_transfer = amount_decoder(TransferBody)


class CashEndpoints:
    """Cash of any account, for administrators."""

    def __init__(self, accounts: AccountService, orders: OrderService) -> None:
        self._accounts = accounts
        self._orders = orders

    def routes(self) -> list[Route]:
        """Return the routes."""
        one = "/tradewind/v1/accounts/{account_id}"
        return [
            Route(
                "POST",
                path,
                handler,
                Access.ADMIN,
                summary,
                _TAG,
                ErrorStyle.PROBLEM,
                body=body,
                request_headers=(_KEY,),
                response=CashMovementShape,
                status=201,
                description=description,
            )
            for path, handler, summary, body, description in (
                (one + "/deposits", self.deposit, "Deposit cash", CashBody, "From outside."),
                (
                    one + "/withdrawals",
                    self.withdraw,
                    "Withdraw cash",
                    CashBody,
                    "To outside; no more than what open orders leave available.",
                ),
                (
                    "/tradewind/v1/transfers",
                    self.transfer,
                    "Transfer cash between two accounts",
                    TransferBody,
                    "Both of one venue; no more than what open orders leave available.",
                ),
            )
        ]

    async def deposit(self, request: Request) -> Response:
        """Post cash from outside."""
        sent = decode_body(_cash, request.body)
        account_id = _account_id(request.path_values["account_id"])
        movement = await self._orders.deposit(
            account_id, _amount(sent.amount), _reference(sent.reference), key=_key(request)
        )
        return await self._answer(request, movement)

    async def withdraw(self, request: Request) -> Response:
        """Post cash to outside."""
        sent = decode_body(_cash, request.body)
        account_id = _account_id(request.path_values["account_id"])
        movement = await self._orders.withdraw(
            account_id, _amount(sent.amount), _reference(sent.reference), key=_key(request)
        )
        return await self._answer(request, movement)

    async def transfer(self, request: Request) -> Response:
        """Move cash from one account to another."""
        sent = decode_body(_transfer, request.body)
        movement = await self._orders.transfer(
            _account_id(sent.from_account_id),
            _account_id(sent.to_account_id),
            _amount(sent.amount),
            _reference(sent.reference),
            key=_key(request),
        )
        return await self._answer(request, movement)

    async def _answer(self, request: Request, movement: CashMovement) -> Response:
        """Answer once the audit log has it; a repeated request makes good for one that died."""
        shape = CashMovementShape(
            activity_id=movement.activity_id,
            activity_type=movement.activity_type,
            account_id=movement.account_id,
            to_account_id=movement.to_account_id or UNSET,
            amount=decimal_text(movement.amount),
            reference=movement.reference,
            at=movement.at,
        )
        target = f" to {movement.to_account_id}" if movement.to_account_id else ""
        await self._accounts.record_cash_movement(
            request.identity.user_id,
            movement.account_id,
            f"{shape.activity_type} {shape.amount}{target} {shape.activity_id}",
            address=request.address,
        )
        return json_response(shape, 201)


def _account_id(text: str) -> AccountId:
    if not is_uuid(text):
        raise NotFound(f"there is no account {text[:64]!r}")
    return AccountId(text.lower())


def _key(request: Request) -> str:
    key = request.header(b"idempotency-key")
    if key is None:
        raise MalformedRequest("send an Idempotency-Key header, such as a new UUID")
    if not 0 < len(key) <= _KEY_MAX or not key.isascii() or not key.isprintable():
        raise MalformedRequest(f"Idempotency-Key must have 1 to {_KEY_MAX} printable characters")
    return key


def _amount(value: Decimal) -> MoneyUnits:
    if not 0 < value <= _AMOUNT_MAX:
        raise MalformedRequest(f"amount must be above 0 and at most {_AMOUNT_MAX}")
    try:
        units = to_units(value)
    except InexactAmount as error:
        raise MalformedRequest(f"amount: {error}") from None
    if units % CENT:
        raise MalformedRequest("amount must be in whole cents")
    return MoneyUnits(units)


def _reference(text: str) -> str:
    text = text.strip()
    if len(text) > _REFERENCE_MAX or not text.isprintable():
        raise MalformedRequest(f"reference must have at most {_REFERENCE_MAX} printable characters")
    return text
