"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="notification",
    role="tradewind_notification",
    migrations="tradewind.notification_service.migrations",
    user="tradewind_notification_service",
    changes={
        "channels": "INSERT, UPDATE, DELETE",
        "deliveries": "INSERT, UPDATE, DELETE",
        "price_alerts": "INSERT, UPDATE, DELETE",
        "venue_progress": "INSERT, UPDATE",
    },
)
