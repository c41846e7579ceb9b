"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="market_data",
    role="tradewind_market_data",
    migrations="tradewind.market_data_service.migrations",
    user="tradewind_market_data_service",
    # It makes and drops partitions by the hour and by the year, which only an owner can.
    changes=None,
)
