"""Account activities, read from the executions and the journal."""

from datetime import datetime

import msgspec

from tradewind.contracts.activities import (
    Activity,
    ActivityQuery,
    CashMovement,
    FillActivity,
)
from tradewind.contracts.journal import (
    CashDeposited,
    CashTransferred,
    CashWithdrawn,
    Event,
    OrderFilled,
)
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.corporate_activities import cash_activity, corporate_activity
from tradewind.order_service.domain.cash_keys import CashMoved
from tradewind.platform.database import Database, Record
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import MoneyUnits, QuantityUnits

_KINDS = {
    "FILL": ("order_filled",),
    "CSD": ("cash_deposited",),
    "CSW": ("cash_withdrawn",),
    "JNLC": ("cash_transferred",),
    "DIV": ("dividend_paid", "stock_dividend_paid"),
    "SPLIT": ("position_split",),
    "CIL": ("cash_in_lieu_paid",),
    "MA": ("merger_paid",),
    "NC": ("position_renamed",),
    "INT": ("interest_posted",),
}
_GROUPS = {
    "TRANS": ("CSD", "CSW"),
    "MISC": ("JNLC", "DIV", "SPLIT", "CIL", "MA", "NC", "INT"),
}

_decode_event = msgspec.json.Decoder(Event).decode


class ActivityRepository:
    """Lists what happened to an account besides its orders' own life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return a page of activities by time; raises ``MalformedRequest`` for a bad page token."""
        order = "DESC" if query.descending else "ASC"
        compare = "<" if query.descending else ">"
        position = _position(query.page_token)
        kinds = _kinds(query.types)
        # Only constants are put into the text; every value is a parameter.
        rows = await self._database.fetch(
            f"""
            SELECT j.at, j.number, j.event, (o.qty * 1000000000)::bigint AS order_qty FROM (
                SELECT at, number, event, kind, NULL::uuid AS order_id, venue_id FROM journal
                WHERE account_id = $1 AND kind IN
                    ('cash_deposited', 'cash_withdrawn', 'dividend_paid', 'position_split')
                UNION ALL
                SELECT at, number, event, kind, NULL::uuid, venue_id FROM journal
                WHERE account_id = $1 AND kind = 'cash_transferred'
                UNION ALL
                SELECT at, number, event, kind, NULL::uuid, venue_id FROM journal
                WHERE account_id = $1 AND kind IN
                    ('stock_dividend_paid', 'cash_in_lieu_paid', 'merger_paid', 'position_renamed',
                     'interest_posted')
                UNION ALL
                SELECT at, number, event, kind, NULL::uuid, venue_id FROM journal
                WHERE event->>'to_account_id' = $8::text AND kind = 'cash_transferred'
                UNION ALL
                SELECT e.executed_at, e.journal_number, j.event, j.kind, e.order_id, e.venue_id
                FROM executions e JOIN journal j
                    ON j.venue_id = e.venue_id AND j.number = e.journal_number
                WHERE e.account_id = $1
            ) j LEFT JOIN orders o ON o.order_id = j.order_id
            WHERE (cardinality($2::text[]) = 0 OR j.kind = ANY($2::text[]))
                AND ($3::uuid IS NULL OR j.order_id = $3)
                AND ($4::timestamptz IS NULL OR j.at > $4)
                AND ($5::timestamptz IS NULL OR j.at < $5)
                AND ($6::bigint IS NULL OR j.number {compare} $6)
            ORDER BY j.number {order} LIMIT $7
            """,  # noqa: S608
            account_id,
            kinds,
            query.order_id,
            query.after,
            query.until,
            position,
            query.limit,
            account_id,
        )
        return [_activity(row, account_id) for row in rows]


def _kinds(types: tuple[str, ...]) -> list[str]:
    """Translate Alpaca's types to kinds of event; a type that never occurs here matches nothing."""
    kinds: list[str] = []
    for name in types:
        for part in _GROUPS.get(name, (name,)):
            kinds.extend(_KINDS.get(part, ("-",)))
    return kinds


def _position(page_token: str | None) -> int | None:
    if page_token is None:
        return None
    _, _, number = page_token.partition("::")
    try:
        return int(number.replace("-", "")[-12:], 16)
    except ValueError:
        raise MalformedRequest(
            f"page_token {page_token!r} is not the id of an activity; "
            "pass the id of the last item of the previous page"
        ) from None


def activity_id(at: datetime, number: int) -> str:
    """Name an activity so that its text sorts by time: the instant, then a UUID of its number."""
    stamp = at.strftime("%Y%m%d%H%M%S") + f"{at.microsecond // 1000:03d}"
    return f"{stamp}::00000000-0000-8000-8000-{number:012x}"


def view_movement(moved: CashMoved) -> CashMovement:
    """Return a movement of cash as other services see it."""
    return CashMovement(
        activity_id=activity_id(moved.at, moved.number),
        at=moved.at,
        activity_type=moved.activity_type,
        account_id=moved.account_id,
        amount=moved.amount,
        reference=moved.reference,
        to_account_id=moved.to_account_id,
    )


def _activity(row: Record, account_id: AccountId) -> Activity:
    at, event = row["at"], _decode_event(row["event"])
    name = activity_id(at, row["number"])
    match event:
        case OrderFilled():
            return FillActivity(
                activity_id=name, at=at, fill=event, order_qty=QuantityUnits(row["order_qty"])
            )
        case CashDeposited():
            return cash_activity(name, at, "CSD", event.amount, event.reference or "Cash deposited")
        case CashWithdrawn():
            amount = MoneyUnits(-event.amount)
            return cash_activity(name, at, "CSW", amount, event.reference or "Cash withdrawn")
        case CashTransferred():
            is_giver = event.account_id == account_id
            amount = MoneyUnits(-event.amount if is_giver else event.amount)
            way = f"to {event.to_account_id}" if is_giver else f"from {event.account_id}"
            return cash_activity(
                name, at, "JNLC", amount, event.reference or f"Cash transferred {way}"
            )
        case _:
            return corporate_activity(name, at, event)
