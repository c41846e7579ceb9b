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
    "FEE": ("borrow_fee_posted",),
}
_GROUPS = {
    "TRANS": ("CSD", "CSW"),
    "MISC": ("JNLC", "DIV", "SPLIT", "CIL", "MA", "NC", "INT", "FEE"),
}

_decode_event = msgspec.json.Decoder(Event).decode


class ActivityRepository:
    """Lists what happened to an account besides its orders' own life."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return a page of activities by time; raises ``MalformedRequest`` for a bad page token."""
        rows = await self._database.fetch(
            activities_sql(descending=query.descending),
            account_id,
            _kinds(query.types),
            query.order_id,
            query.after,
            query.until,
            _position(query.page_token),
            query.limit,
            str(account_id),
        )
        return [_activity(row, account_id) for row in rows]


def activities_sql(*, descending: bool) -> str:
    """Return the query of a page of activities.

    An account trades at one venue, so its records are in order of their numbers. Each part walks an
    index by account and number and ends with the page, however long the account's past is. What the
    index of the journal leaves out is said in its own words, or it would not be used.
    """
    order, compare = ("DESC", "<") if descending else ("ASC", ">")
    # Only constants are put into the text; every value is a parameter.
    return f"""
        SELECT j.at, j.number, j.event, (o.qty * 1000000000)::bigint AS order_qty FROM (
            (SELECT at, number, event, NULL::uuid AS order_id FROM journal
            WHERE account_id = $1 AND kind NOT LIKE 'order%' AND kind <> 'trail_moved'
                AND kind = ANY($2::text[]) AND $3::uuid IS NULL
                AND ($4::timestamptz IS NULL OR at > $4) AND ($5::timestamptz IS NULL OR at < $5)
                AND ($6::bigint IS NULL OR number {compare} $6)
            ORDER BY number {order} LIMIT $7)
            UNION ALL
            (SELECT at, number, event, NULL::uuid FROM journal
            WHERE event->>'to_account_id' = $8 AND kind = 'cash_transferred'
                AND kind = ANY($2::text[]) AND $3::uuid IS NULL
                AND ($4::timestamptz IS NULL OR at > $4) AND ($5::timestamptz IS NULL OR at < $5)
                AND ($6::bigint IS NULL OR number {compare} $6)
            ORDER BY number {order} LIMIT $7)
            UNION ALL
            (SELECT e.executed_at, e.journal_number, j.event, e.order_id
            FROM executions e JOIN journal j
                ON j.venue_id = e.venue_id AND j.number = e.journal_number
            WHERE e.account_id = $1 AND 'order_filled' = ANY($2::text[])
                AND ($3::uuid IS NULL OR e.order_id = $3)
                AND ($4::timestamptz IS NULL OR e.executed_at > $4)
                AND ($5::timestamptz IS NULL OR e.executed_at < $5)
                AND ($6::bigint IS NULL OR e.journal_number {compare} $6)
            ORDER BY e.journal_number {order} LIMIT $7)
        ) j LEFT JOIN orders o ON o.order_id = j.order_id
        ORDER BY j.number {order} LIMIT $7
    """  # noqa: S608


def _kinds(types: tuple[str, ...]) -> list[str]:
    """Translate Alpaca's types to kinds of event: none to all, one that never occurs to nothing."""
    kinds: list[str] = []
    for name in types or _KINDS:
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
