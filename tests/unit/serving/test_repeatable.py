"""Which calls are made again after a lost answer: what only reads, and what is named beforehand."""

import pytest

from tradewind.contracts.accounts import AccountService
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.notifications import NotificationService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import PortfolioService
from tradewind.contracts.remote import JournalPages
from tradewind.platform.rpc.interface import Method, interface_of

PROTOCOLS = (
    AccountService,
    MarketDataService,
    NotificationService,
    OrderService,
    PortfolioService,
    JournalPages,
)
METHODS = [method for protocol in PROTOCOLS for method in interface_of(protocol).methods.values()]
READ = ("get_", "list_", "find_", "latest_", "read_", "verify", "last_number", "snapshots")
ONCE = ("create_", "deposit", "withdraw", "transfer", "cancel_", "close_", "step_", "sign_in")
ONCE_MORE = ("revoke_", "engage_", "halt_", "resume_", "delete_", "configure")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_what_reads_is_repeated_and_what_acts_without_a_name_is_not(method: Method) -> None:
    if method.name.startswith(READ):
        assert method.repeatable
    if method.name.startswith((*ONCE, *ONCE_MORE)):
        assert not method.repeatable


def test_orders_are_repeated_because_the_core_takes_an_id_once() -> None:
    methods = interface_of(OrderService).methods
    assert methods["submit_order"].repeatable
    assert methods["replace_order"].repeatable
