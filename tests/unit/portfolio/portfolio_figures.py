"""Folds a story and reads its figures as decimals."""

from decimal import Decimal

from tradewind.platform.money import from_units
from tradewind.portfolio_service.domain.performance import (
    Day,
    max_drawdown,
    rounded,
    time_weighted_return,
)
from tradewind.portfolio_service.domain.projection import DailyPoint, Projection
from tradewind.testing.journal import AccountStory


class Figures:
    """What the portfolio derives from a story."""

    def __init__(self, story: AccountStory) -> None:
        self.projection = Projection(story.venue_id)
        for record in story.records:
            self.projection.apply(record)
        self.points: list[DailyPoint] = [
            point
            for point in self.projection.take_changes().points
            if point.account_id == story.account_id
        ]
        days = [Day(p.equity_before, p.net_cash_flow, p.equity) for p in self.points]
        self.time_weighted_return = rounded(time_weighted_return(days))
        self.max_drawdown = rounded(max_drawdown(days))

    def each(self, field: str) -> list[Decimal]:
        """Return an amount of every point, in order."""
        return [from_units(getattr(point, field)) for point in self.points]
