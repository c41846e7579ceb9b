"""The reference for durable acknowledgements: the least that a handler can do that keeps an order.

Starlette on the same server (uvicorn, uvloop, httptools), one asyncpg INSERT and its commit for
each request, on the same PostgreSQL.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

POOL_SIZE = 16

_INSERT = """
INSERT INTO bare_orders (symbol, qty, side, type, time_in_force, limit_price)
VALUES ($1, $2::text::numeric, $3, $4, $5, $6::text::numeric) RETURNING order_id
"""


def make_app(dsn: str) -> Starlette:
    """Build the handler over a database."""
    pools: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:
            await pool.execute(
                "CREATE TABLE IF NOT EXISTS bare_orders (order_id bigserial PRIMARY KEY, "
                "symbol text, qty numeric, side text, type text, time_in_force text, "
                "limit_price numeric, created_at timestamptz DEFAULT now())"
            )
            pools.append(pool)
            yield

    async def submit(request: Request) -> JSONResponse:
        order = await request.json()
        order_id = await pools[0].fetchval(
            _INSERT,
            order["symbol"],
            order["qty"],
            order["side"],
            order["type"],
            order["time_in_force"],
            order["limit_price"],
        )
        return JSONResponse({"id": order_id, **order})

    return Starlette(routes=[Route("/v2/orders", submit, methods=["POST"])], lifespan=lifespan)


async def serve(dsn: str, port: int) -> None:
    """Serve until the process is told to stop."""
    config = uvicorn.Config(
        make_app(dsn),
        port=port,
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))
