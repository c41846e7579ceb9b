"""Query parameters: declared once, read and documented from the same declaration.

>>> LIMIT = Integer("limit", "How many.", low=1, high=500)
>>> LIMIT.read(request.query, 50)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar, overload
from urllib.parse import parse_qsl

from tradewind.api_gateway.wire.timestamps import parse_date, parse_instant
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import InexactAmount, to_units

_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)

QueryValues = Mapping[str, Sequence[str]]
"""Each parameter with its values in the order sent."""

_FIELDS_MAX = 100
_LIST_MAX = 1000
_TEXT_MAX = 512

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def parse_query(query_string: bytes) -> dict[str, list[str]]:
    """Split a query string, form-decoded; raises ``MalformedRequest`` beyond 100 parameters."""
    if not query_string:
        return {}
    try:
        pairs = parse_qsl(
            query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS_MAX
        )
    except ValueError:
        raise MalformedRequest(f"a query has at most {_FIELDS_MAX} parameters") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


class Parameter(Generic[_T]):
    """A query parameter: its name, how its text becomes a value, and how OpenAPI shows it."""

    def __init__(
        self,
        name: str,
        description: str,
        parse: Callable[[str], _T],
        schema: Mapping[str, object],
        *,
        required: bool = False,
    ) -> None:
        self.name = name
        self.description = description
        self.schema = schema
        self.required = required
        self._parse = parse

    @overload
    def read(self, query: QueryValues) -> _T | None: ...
    @overload
    def read(self, query: QueryValues, default: _T) -> _T: ...
    def read(self, query: QueryValues, default: _T | None = None) -> _T | None:
        """Return the value, or the default when it is absent or empty.

        Raises ``MalformedRequest`` for a text that the parameter cannot have.
        """
        text = self._text(query.get(self.name, ()))
        if text is None:
            return default
        if "\x00" in text:
            raise MalformedRequest(f"{self.name} must not contain a NUL character")
        try:
            return self._parse(text)
        except ValueError as error:
            raise MalformedRequest(f"{self.name}: {error}") from None

    def require(self, query: QueryValues) -> _T:
        """Return the value; raises ``MalformedRequest`` when it is absent or empty."""
        value = self.read(query)
        if value is None:
            raise MalformedRequest(f"{self.name} is required")
        return value

    def _text(self, values: Sequence[str]) -> str | None:
        return (values[-1] or None) if values else None


class Text(Parameter[str]):
    """Any text up to a length."""

    def __init__(
        self, name: str, description: str, *, longest: int = _TEXT_MAX, required: bool = False
    ) -> None:
        def parse(text: str) -> str:
            if len(text) > longest:
                raise ValueError(f"at most {longest} characters, had {len(text)}")
            return text

        schema = {"type": "string", "maxLength": longest}
        super().__init__(name, description, parse, schema, required=required)


class Integer(Parameter[int]):
    """A whole number between two bounds, inclusive."""

    def __init__(self, name: str, description: str, *, low: int, high: int) -> None:
        def parse(text: str) -> int:
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
                raise ValueError(f"must be a whole number, was {_shown(text)}")
            if not low <= (value := int(text)) <= high:
                raise ValueError(f"must be between {low} and {high}, was {value}")
            return value

        super().__init__(
            name, description, parse, {"type": "integer", "minimum": low, "maximum": high}
        )


class Flag(Parameter[bool]):
    """A boolean in any case: the official client writes ``True`` and ``False``."""

    def __init__(self, name: str, description: str) -> None:
        def parse(text: str) -> bool:
            try:
                return _BOOLEANS[text.lower()]
            except KeyError:
                raise ValueError(f"must be true or false, was {_shown(text)}") from None

        super().__init__(name, description, parse, {"type": "boolean"})


class Choice(Parameter[str]):
    """One of some words, in any case."""

    def __init__(self, name: str, description: str, words: Iterable[str]) -> None:
        known = {word.lower(): word for word in words}

        def parse(text: str) -> str:
            return _known(known, text)

        schema = {"type": "string", "enum": list(known.values())}
        super().__init__(name, description, parse, schema)


class Member(Parameter[_E]):
    """A member of an enumeration by its value, in any case."""

    def __init__(self, name: str, description: str, members: type[_E]) -> None:
        known = {str(member.value).lower(): member for member in members}

        def parse(text: str) -> _E:
            return _known(known, text)

        schema = {"type": "string", "enum": [member.value for member in members]}
        super().__init__(name, description, parse, schema)


class Instant(Parameter[datetime]):
    """RFC 3339 or a date of New York; see ``parse_instant``."""

    def __init__(self, name: str, description: str, *, end_of_day: bool = False) -> None:
        def parse(text: str) -> datetime:
            return parse_instant(text, end_of_day=end_of_day)

        super().__init__(name, description, parse, {"type": "string"})


class Day(Parameter[date]):
    """A date, or the New York date of an instant."""

    def __init__(self, name: str, description: str, *, required: bool = False) -> None:
        super().__init__(name, description, parse_date, {"type": "string"}, required=required)


class Amount(Parameter[Decimal]):
    """A decimal of at most nine places, read exactly."""

    def __init__(self, name: str, description: str) -> None:
        def parse(text: str) -> Decimal:
            try:
                to_units(text)
            except InexactAmount as error:
                raise ValueError(str(error)) from None
            return Decimal(text)

        super().__init__(name, description, parse, {"type": "string"})


class Listing(Parameter[tuple[str, ...]]):
    """Comma-joined words, also of a repeated parameter; empty words are dropped."""

    def __init__(
        self, name: str, description: str, *, most: int = _LIST_MAX, required: bool = False
    ) -> None:
        def parse(text: str) -> tuple[str, ...]:
            words = tuple(word for part in text.split(",") if (word := part.strip()))
            if len(words) > most:
                raise ValueError(f"at most {most} values, had {len(words)}")
            if any(len(word) > _TEXT_MAX for word in words):
                raise ValueError(f"at most {_TEXT_MAX} characters each")
            return words

        super().__init__(name, description, parse, {"type": "string"}, required=required)

    def _text(self, values: Sequence[str]) -> str | None:
        return ",".join(values) or None


def _known(known: Mapping[str, _T], text: str) -> _T:
    try:
        return known[text.lower()]
    except KeyError:
        raise ValueError(f"must be one of {', '.join(known)}; was {_shown(text)}") from None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
