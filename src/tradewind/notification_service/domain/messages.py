"""What is told of an event: a type, and its fields as the API writes them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from tradewind.contracts.journal import Event, JournalRecord, OrderFilled
from tradewind.contracts.notifications import Topic
from tradewind.contracts.vocabulary import AccountId, OrderId
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, format_units

_UNITS = (MoneyUnits, PriceUnits, QuantityUnits)
_Write = Callable[[Any], object]  # Any: a field's value, of the type that the writer was made for

JsonObject = dict[str, object]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is told."""

    event_id: str
    type: str
    at: datetime
    account_id: AccountId
    venue_id: str
    data: JsonObject


def topic_of(event: Event) -> Topic:
    """Return on which topic an event is told."""
    if isinstance(event, OrderFilled):
        return Topic.FILLS
    return Topic.ORDERS if hasattr(event, "order_id") else Topic.ACCOUNT


def accounts_of(event: Event) -> list[AccountId]:
    """Return whom an event concerns."""
    names = ("account_id", "to_account_id")
    return [getattr(event, name) for name in names if hasattr(event, name)]


def order_id_of(event: Event) -> OrderId | None:
    """Return which order an event is about."""
    return getattr(event, "order_id", None)


def message_of(
    record: JournalRecord, account_id: AccountId, order: Mapping[str, object] | None
) -> Message:
    """Return what an account is told of a record; ``order`` says what every order's event should.

    Amounts are strings of decimals. Holds and other inner figures of the core are left out.
    """
    event = record.event
    data = {name: write(getattr(event, name)) for name, write in _writers(type(event))}
    told = {**(order or {}), **{name: value for name, value in data.items() if value is not None}}
    return Message(
        event_id=f"{record.venue_id}:{record.number}:{account_id}",
        type=type_of(event),
        at=record.at,
        account_id=account_id,
        venue_id=record.venue_id,
        data=told,
    )


def type_of(event: Event) -> str:
    """Return the name of an event's type, for example ``order_filled``."""
    tag = type(event).__struct_config__.tag
    assert isinstance(tag, str), "every event of the journal has a tag"
    return tag


@lru_cache(maxsize=256)
def _writers(kind: type) -> tuple[tuple[str, _Write], ...]:
    """Return how to write each field of a structure; those without a meaning outside are absent."""
    hints = get_type_hints(kind)
    found = ((name, _writer(hints[name])) for name in kind.__struct_fields__)  # type: ignore[attr-defined] # a Struct
    return tuple((name, write) for name, write in found if write is not None)


def _writer(hint: Any) -> _Write | None:  # Any: whatever a type hint is
    """Return how to write a value; ``None`` for a bare integer, which has no unit to tell."""
    if hint in _UNITS:
        return format_units
    if get_origin(hint) in (Union, UnionType):
        inner = [each for each in get_args(hint) if each is not type(None)]
        write = _writer(inner[0]) if len(inner) == 1 else None
        return None if write is None else _optional(write)
    if get_origin(hint) is dict:
        write = _writer(get_args(hint)[1])
        return None if write is None else _mapping(write)
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type):
        if issubclass(hint, msgspec.Struct):
            return _write_structure
        if issubclass(hint, str | bool | Enum | date | Decimal):
            return _plain
    return None


def _optional(write: _Write) -> _Write:
    return lambda value: None if value is None else write(value)


def _mapping(write: _Write) -> _Write:
    return lambda values: {name: write(value) for name, value in values.items()}


def _plain(value: object) -> object:
    return msgspec.to_builtins(value)


def _write_structure(value: msgspec.Struct) -> JsonObject:
    written = {name: write(getattr(value, name)) for name, write in _writers(type(value))}
    return {name: each for name, each in written.items() if each is not None}
