"""What of a protocol can cross a process boundary: its coroutine methods, with their types.

Arguments and results travel as JSON. msgpack would be shorter, but it has no integers beyond 64
bits, and an amount in billionths may be one.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_type_hints

import msgspec

_REPEATABLE = "__tradewind_repeatable__"
_F = TypeVar("_F", bound=Callable[..., Any])  # Any: a method of any signature


def repeatable(method: _F) -> _F:
    """Mark a method of a protocol that may be called again when its answer was lost.

    Reading is, and so is what the caller has named beforehand (by an id or a key) and is done only
    once under that name.
    """
    setattr(method, _REPEATABLE, True)
    return method


@dataclass(frozen=True)
class Method:
    """One method: how its arguments and its result are written."""

    name: str
    signature: inspect.Signature
    """Without ``self``."""
    arguments: type[msgspec.Struct]
    repeatable: bool
    decode_arguments: Callable[[bytes], msgspec.Struct]
    decode_result: Callable[[bytes], Any]  # Any: what the method returns

    def encode_call(self, args: tuple[object, ...], kwargs: dict[str, object]) -> bytes:
        """Return the body of a call; raises ``TypeError`` for arguments that do not fit."""
        bound = self.signature.bind(*args, **kwargs)
        return msgspec.json.encode(self.arguments(**bound.arguments))

    async def carry_out(self, service: object, call: msgspec.Struct) -> bytes:
        """Call the method of a service with decoded arguments and return its result as bytes."""
        arguments = {name: getattr(call, name) for name in call.__struct_fields__}
        return msgspec.json.encode(await getattr(service, self.name)(**arguments))


@dataclass(frozen=True)
class Interface:
    """A protocol's methods by name; ``name`` is the first part of their paths."""

    name: str
    methods: dict[str, Method]

    def path(self, method: str) -> str:
        """Return where a method is called."""
        return f"/rpc/{self.name}/{method}"


@lru_cache(maxsize=64)
def interface_of(protocol: type) -> Interface:
    """Return the interface of a protocol.

    Only coroutine methods are part of it; raises ``TypeError`` for one whose types cannot be
    written.
    """
    methods = {
        name: _method(protocol, name, member)
        for name, member in inspect.getmembers(protocol, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    return Interface(protocol.__name__, methods)


def _method(protocol: type, name: str, member: Callable[..., object]) -> Method:
    hints = get_type_hints(member)
    whole = inspect.signature(member)
    parameters = list(whole.parameters.values())[1:]
    fields: list[tuple[str, type] | tuple[str, type, object]] = [
        (each.name, hints[each.name])
        if each.default is inspect.Parameter.empty
        else (each.name, hints[each.name], each.default)
        for each in parameters
    ]
    arguments = msgspec.defstruct(
        f"{protocol.__name__}.{name}", fields, kw_only=True, frozen=True, omit_defaults=True
    )
    return Method(
        name=name,
        signature=whole.replace(parameters=parameters),
        arguments=arguments,
        repeatable=getattr(member, _REPEATABLE, False),
        decode_arguments=msgspec.json.Decoder(arguments).decode,
        decode_result=msgspec.json.Decoder(hints["return"]).decode,
    )
