"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="notification",
    role="tradewind_notification",
    migrations="tradewind.notification_service.migrations",
)
