"""A stage on which Alice has a margin account, and AAPL can be borrowed."""

from collections.abc import Mapping
from decimal import Decimal

from tests.unit.orders.stage import ALICE, Stage

from tradewind.contracts.margin import AccountType, MarginFigures, MarginSettings
from tradewind.contracts.market_data import Listing
from tradewind.contracts.venues import FeeSchedule
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain import commands, margin
from tradewind.order_service.domain.valuation import equity

LISTING = Listing(symbol="AAPL")


def margin_settings(**settings: object) -> MarginSettings:
    """Return settings of a margin account with a multiplier of 2, or as given."""
    given: dict[str, object] = {"account_type": AccountType.MARGIN, "multiplier_max": 2} | settings
    return MarginSettings(**given)  # type: ignore[arg-type]  # each test names its own


class MarginStage(Stage):
    """Alice, on margin, and Bob and Carol, who pay cash, with 10,000 dollars each."""

    def __init__(
        self,
        listing: Listing = LISTING,
        fees: FeeSchedule | None = None,
        venue: Mapping[str, object] | None = None,
        **settings: object,
    ) -> None:
        super().__init__(fees, **(venue or {}))
        self.feed(listing)
        self.set_margin(ALICE, **settings)

    def set_margin(self, account: AccountId, **settings: object) -> None:
        """Give an account margin."""
        self.run(commands.SetMargin(account, margin_settings(**settings), "admin"))

    def quote(self, bid: str, ask: str, size: int = 10_000) -> None:
        """Show one level on both sides."""
        self.depth([(bid, size)], [(ask, size)])

    def short(self, qty: int, at: str = "100") -> None:
        """Let Alice sell short to the feed; the last trade is then at the same price."""
        self.depth(bids=[(at, qty)])
        self.submit(ALICE, "sell", qty, at)
        self.depth()
        self.trade(at, 1)

    def figures(self) -> MarginFigures:
        """Return how Alice stands."""
        return margin.figures(self.core, self.core.state.accounts[ALICE])

    def equity(self) -> Decimal:
        """Return Alice's equity."""
        return Decimal(equity(self.core, self.core.state.accounts[ALICE])).scaleb(-9)

    def cost(self) -> Decimal:
        """Return what Alice's AAPL cost, below zero for what a short sale brought in."""
        account = self.core.state.accounts[ALICE]
        return Decimal(account.positions["AAPL"].cost_basis).scaleb(-9)


def dollars(units: int) -> Decimal:
    """Return an amount in dollars."""
    return Decimal(units).scaleb(-9)
