"""Page tokens: where a page of rows sorted by symbol and time ended."""

import base64
import binascii
from datetime import datetime

from msgspec import Struct

from tradewind.platform.errors import MalformedRequest


class Position(Struct, frozen=True):
    """The last row of a page; ``number`` tells rows of one instant apart."""

    symbol: str
    at: datetime
    number: int = 0

    def token(self) -> str:
        """Return the opaque text of this position."""
        text = f"{self.symbol}|{self.at.isoformat()}|{self.number}"
        return base64.urlsafe_b64encode(text.encode()).decode()


def read_token(token: str | None) -> Position | None:
    """Return the position behind a token, ``None`` for none; raises ``MalformedRequest``."""
    if not token:
        return None
    try:
        symbol, at, number = base64.urlsafe_b64decode(token).decode().split("|")
        position = Position(symbol, datetime.fromisoformat(at), int(number))
    except (ValueError, binascii.Error):
        position = None
    if position is None or position.at.tzinfo is None:
        raise MalformedRequest(
            "invalid page_token: pass the next_page_token of the page before, unchanged"
        )
    return position
