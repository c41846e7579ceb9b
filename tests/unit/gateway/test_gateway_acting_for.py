"""What services are told of the caller for whom the gateway calls them."""

from typing import Any

import pytest
from tests.unit.gateway.conftest import Gateway

from tradewind.contracts.vocabulary import Role
from tradewind.platform.rpc.identity import OnBehalfOf, acting_for
from tradewind.testing.accounts import AccountsInMemory
from tradewind.testing.orders import OrdersInMemory


class WatchingOrders(OrdersInMemory):
    """Remembers for whom it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.called_for: list[OnBehalfOf | None] = []

    async def list_positions(self, account_id: Any) -> Any:  # Any: as the double has it
        self.called_for.append(acting_for.get())
        return await super().list_positions(account_id)


@pytest.mark.parametrize("role", [Role.TRADER, Role.VIEWER, Role.ADMIN])
async def test_services_are_told_the_account_that_a_caller_is_held_to(role: Role) -> None:
    orders = WatchingOrders()
    gateway = Gateway(orders=orders)
    assert (await gateway.call("GET", "/v2/positions", role=role)).status_code == 200
    (user,) = orders.called_for
    assert user is not None
    assert user.user_id
    assert (user.account_id is None) == (role is Role.ADMIN)
    await gateway.client.aclose()


class WatchingAccounts(AccountsInMemory):
    """Remembers for whom it was asked who a caller is."""

    def __init__(self) -> None:
        super().__init__()
        self.called_for: list[OnBehalfOf | None] = []

    async def verify_key(self, key_id: str, secret: str) -> Any:  # Any: as the double has it
        self.called_for.append(acting_for.get())
        return await super().verify_key(key_id, secret)


async def test_who_a_caller_is_is_not_asked_for_the_caller_before() -> None:
    accounts = WatchingAccounts()
    gateway = Gateway(accounts=accounts)
    # In one context, as requests are that share a connection.
    for role in (Role.TRADER, Role.VIEWER):
        await gateway.call("GET", "/v2/positions", role=role)
    assert accounts.called_for == [None, None]
    await gateway.client.aclose()
