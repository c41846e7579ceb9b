"""Put the order service together."""

from collections.abc import Callable

from tradewind.order_service.service import OrderApp
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.settings import Settings

SCHEMA = ServiceSchema(
    schema="orders", role="tradewind_orders", migrations="tradewind.order_service.migrations"
)


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    clock: Clock,
    *,
    on_failure: Callable[[BaseException], None],
) -> OrderApp:
    """Build the service; ``on_failure`` is called once when the core must not go on.

    The caller has to end the process then: memory may be ahead of the journal.
    """
    return OrderApp(database, bus, clock, on_failure)
