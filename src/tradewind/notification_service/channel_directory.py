"""Who is told, kept in memory: most commits concern nobody here, and must cost no question."""

from collections.abc import Iterable

from tradewind.contracts.vocabulary import AccountId
from tradewind.notification_service.records import Listener
from tradewind.notification_service.repository import Repository


class ChannelDirectory:
    """The confirmed channels by account, as of the newest ``load``."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._by_account: dict[AccountId, list[Listener]] = {}

    async def load(self) -> None:
        """Take over what channels there are."""
        by_account: dict[AccountId, list[Listener]] = {}
        for listener in await self._repository.listeners():
            by_account.setdefault(listener.account_id, []).append(listener)
        self._by_account = by_account

    @property
    def is_empty(self) -> bool:
        """Whether nobody wants to be told of anything."""
        return not self._by_account

    def of(self, account_ids: Iterable[AccountId]) -> list[Listener]:
        """Return the channels of some accounts."""
        found = (self._by_account.get(account_id, ()) for account_id in set(account_ids))
        return [listener for listeners in found for listener in listeners]
