"""``/tradewind/v1/accounts``, ``/keys``, ``/performance`` and ``/income``: the caller's own."""

import msgspec
from msgspec import Struct

from tradewind.api_gateway.platform_api.shapes import (
    AccountList,
    IncomeShape,
    KeyList,
    NewKeyShape,
    PerformanceShape,
    shape_account,
    shape_income,
    shape_key,
    shape_performance,
)
from tradewind.api_gateway.routing.message import NO_CONTENT, Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Day
from tradewind.contracts.accounts import AccountService
from tradewind.contracts.portfolio import PortfolioService
from tradewind.platform.errors import MalformedRequest

_TAG = "Accounts and keys"
_NAME_MAX = 64
_START = Day("start", "First date, inclusive.")
_END = Day("end", "Last date, inclusive.")


class NewKeyBody(Struct, frozen=True, kw_only=True):
    """A key to make for the chosen account."""

    name: str


_new_key = msgspec.json.Decoder(NewKeyBody)


class AccountApiEndpoints:
    """Accounts, keys and performance of whoever asks."""

    def __init__(self, accounts: AccountService, portfolio: PortfolioService) -> None:
        self._accounts = accounts
        self._portfolio = portfolio

    def routes(self) -> list[Route]:
        """Return the routes."""
        problem = ErrorStyle.PROBLEM
        keys = "/tradewind/v1/keys"
        return [
            Route(
                "GET",
                "/tradewind/v1/accounts",
                self.list_accounts,
                Access.READ,
                "List the caller's accounts",
                _TAG,
                problem,
                response=AccountList,
            ),
            Route(
                "GET",
                keys,
                self.list_keys,
                Access.READ,
                "List the account's API keys",
                _TAG,
                problem,
                response=KeyList,
            ),
            Route(
                "POST",
                keys,
                self.create_key,
                Access.SESSION,
                "Make an API key",
                _TAG,
                problem,
                body=NewKeyBody,
                response=NewKeyShape,
                status=201,
                description="The secret is in this answer and nowhere else.",
            ),
            Route(
                "DELETE",
                keys + "/{key_id}",
                self.revoke_key,
                Access.SESSION,
                "Revoke an API key",
                _TAG,
                problem,
                status=204,
            ),
            Route(
                "GET",
                "/tradewind/v1/performance",
                self.performance,
                Access.READ,
                "Get the account's performance",
                _TAG,
                problem,
                parameters=(_START, _END),
                response=PerformanceShape,
            ),
            Route(
                "GET",
                "/tradewind/v1/income",
                self.income,
                Access.READ,
                "Get the account's dividends, interest and fees",
                _TAG,
                problem,
                parameters=(_START, _END),
                response=IncomeShape,
                description="By the day on which they were posted; today counts.",
            ),
        ]

    async def list_accounts(self, request: Request) -> Response:
        """Answer the caller's accounts; a key sees its own account only."""
        identity = request.identity
        if identity.session_id is None:
            accounts = [await self._accounts.get_account(identity.account_id)]
        else:
            accounts = await self._accounts.list_accounts(identity.user_id)
        return json_response(AccountList([shape_account(account) for account in accounts]))

    async def list_keys(self, request: Request) -> Response:
        """Answer the keys of the chosen account."""
        keys = await self._accounts.list_keys(request.identity.account_id)
        return json_response(KeyList([shape_key(key) for key in keys]))

    async def create_key(self, request: Request) -> Response:
        """Make a key for the chosen account."""
        name = check_name(decode_body(_new_key, request.body).name)
        made = await self._accounts.create_key(request.identity.account_id, name)
        return json_response(
            NewKeyShape(
                key_id=made.key.key_id,
                secret_key=made.secret,
                name=made.key.name,
                account_id=made.key.account_id,
                created_at=made.key.created_at,
            ),
            201,
        )

    async def revoke_key(self, request: Request) -> Response:
        """Revoke a key of the chosen account."""
        await self._accounts.revoke_key(request.identity.account_id, request.path_values["key_id"])
        return NO_CONTENT

    async def performance(self, request: Request) -> Response:
        """Answer the account's performance between two dates."""
        identity, query = request.identity, request.query
        found = await self._portfolio.performance(
            identity.venue_id, identity.account_id, _START.read(query), _END.read(query)
        )
        return json_response(shape_performance(found))

    async def income(self, request: Request) -> Response:
        """Answer what the account received and was charged between two dates."""
        identity, query = request.identity, request.query
        start, end = _START.read(query), _END.read(query)
        found = await self._portfolio.income(identity.venue_id, identity.account_id, start, end)
        return json_response(shape_income(found, start, end))


def check_name(name: str) -> str:
    """Return a name without surrounding space; raises ``MalformedRequest``."""
    name = name.strip()
    if not 0 < len(name) <= _NAME_MAX or not name.isprintable():
        raise MalformedRequest(f"name must have 1 to {_NAME_MAX} printable characters")
    return name
