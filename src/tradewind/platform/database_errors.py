"""What it looks like when the database, or the way to it, has gone.

A process without a database, the gateway, does without its driver too and never meets these.
"""

try:
    import asyncpg
except ModuleNotFoundError:
    _DRIVER_AWAY: tuple[type[BaseException], ...] = ()
    _DRIVER_GONE: tuple[type[BaseException], ...] = ()
    _NO_LOSS: tuple[type[BaseException], ...] = ()
else:
    _DRIVER_AWAY = (
        asyncpg.InterfaceError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.InsufficientResourcesError,
    )
    _DRIVER_GONE = (
        asyncpg.InterfaceError,
        # What the driver says when it writes to a server that died within the same turn.
        asyncpg.InternalClientError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
    )
    _NO_LOSS = (asyncpg.DataError,)

DATABASE_AWAY: tuple[type[BaseException], ...] = (OSError, TimeoutError, *_DRIVER_AWAY)
"""What a statement raises while the server is down, starts, or cannot take it; it passes."""

_GONE: tuple[type[BaseException], ...] = (ConnectionError, *_DRIVER_GONE)


def is_gone(error: BaseException) -> bool:
    """Tell whether an error means that the database, or the way to it, has gone."""
    return isinstance(error, _GONE) and not isinstance(error, _NO_LOSS)
