"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="orders", role="tradewind_orders", migrations="tradewind.order_service.migrations"
)
