"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="account",
    role="tradewind_account",
    migrations="tradewind.account_service.migrations",
)
