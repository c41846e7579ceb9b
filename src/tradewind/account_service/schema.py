"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="account",
    role="tradewind_account",
    migrations="tradewind.account_service.migrations",
    user="tradewind_account_service",
    changes={
        "accounts": "INSERT, UPDATE",
        "api_keys": "INSERT, UPDATE",
        "audit_log": "INSERT",
        "sessions": "INSERT, DELETE",
        "sign_in_failures": "INSERT, DELETE",
        "users": "INSERT, UPDATE",
    },
)
