"""Alpaca's routes that this server does not have (yet)."""

from tradewind.api_gateway.wire.errors import NotOffered
from tradewind.platform.errors import Refusal

_GROUPS = (
    ("/v2/watchlists", "watchlists are"),
    ("/v2/corporate_actions", "corporate action announcements are"),
    ("/v2/options", "options are"),
    ("/v2/wallets", "wallets are"),
    ("/v2/tokenization", "tokenization is"),
    ("/v1/locates", "locates are"),
    ("/v3/clock", "the clock of several markets is"),
    ("/v3/calendar", "the calendar of several markets is"),
    ("/v2beta1/events", "server-sent events are"),
    ("/v1beta1/options", "options are"),
    ("/v1beta1/news", "news is"),
    ("/v1beta1/fixed_income", "fixed income is"),
    ("/v1beta1/screener", "the screener is"),
    ("/v1beta1/forex", "forex is"),
    ("/v1beta1/logos", "logos are"),
    ("/v1beta1/events", "server-sent events are"),
    ("/v1beta2/crypto", "crypto is"),
)
_OPTION_ACTIONS = ("/exercise", "/do-not-exercise")


def not_offered(path: str) -> Refusal | None:
    """Return the refusal for a path of Alpaca's that is not served, ``None`` for any other."""
    if path.startswith("/v2/positions/") and path.endswith(_OPTION_ACTIONS):
        return NotOffered("options are not offered by this server")
    for prefix, what in _GROUPS:
        if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/", ":"):
            return NotOffered(f"{what} not offered by this server")
    return None
