"""What came in and went out of an account by trading date, from its activities."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

from tradewind.api_gateway.wire.timestamps import day_bounds
from tradewind.contracts.activities import ActivityQuery, CashActivity
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AccountId

FLOW_TYPES = ("CSD", "CSW", "JNLC", "DIV")
_PAGE = 100
_PAGES_MAX = 200


class CashFlows:
    """Sums of cash movements over dates."""

    def __init__(self, orders: OrderService) -> None:
        self._orders = orders

    async def by_date(
        self, account_id: AccountId, dates: Sequence[date], types: Sequence[str]
    ) -> dict[str, list[int]]:
        """Return for each type the running sum, in billionths, at each of the ascending dates.

        A movement on a day without trading counts on the next of the dates.
        """
        daily = {kind: [0] * len(dates) for kind in types}
        if dates:
            for movement in await self._movements(account_id, dates, types):
                place = bisect_left(dates, movement.activity_date)
                if place < len(dates):
                    daily[movement.activity_type][place] += movement.net_amount
        return {kind: list(accumulate(amounts)) for kind, amounts in daily.items()}

    async def _movements(
        self, account_id: AccountId, dates: Sequence[date], types: Sequence[str]
    ) -> list[CashActivity]:
        found: list[CashActivity] = []
        token: str | None = None
        start, end = day_bounds(dates[0])[0], day_bounds(dates[-1])[1]
        for _ in range(_PAGES_MAX):
            page = await self._orders.list_activities(
                account_id,
                ActivityQuery(
                    types=tuple(types),
                    after=start - timedelta(microseconds=1),
                    until=end,
                    descending=False,
                    limit=_PAGE,
                    page_token=token,
                ),
            )
            found.extend(item for item in page if isinstance(item, CashActivity))
            if len(page) < _PAGE:
                break
            token = page[-1].activity_id
        return found
