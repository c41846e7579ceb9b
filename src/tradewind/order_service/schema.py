"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="orders",
    role="tradewind_orders",
    migrations="tradewind.order_service.migrations",
    user="tradewind_order_service",
    # The journal and what is posted from it are only added to. Old records go by `tradewind journal
    # archive`, which is the owner's.
    changes={
        "accounts": "INSERT",
        "executions": "INSERT",
        "journal": "INSERT",
        "leadership": "INSERT, UPDATE",
        "leases": "INSERT, UPDATE",
        "ledger_entries": "INSERT",
        "order_terms": "INSERT, UPDATE",
        "orders": "INSERT, UPDATE",
        "reconciliations": "INSERT, UPDATE",
        "snapshot_parts": "INSERT",
        "snapshots": "INSERT, DELETE",
        "venues": "INSERT",
    },
)
