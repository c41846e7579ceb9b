"""The same platform on a PostgreSQL and a Valkey of the owner's."""

import asyncio
from pathlib import Path

import httpx
from tests.site import run_site


async def test_an_order_fills_with_the_feed_crossing_valkey(
    database_dsn: str, valkey_url: str, tmp_path: Path
) -> None:
    async with run_site(database_dsn, tmp_path, valkey_url=valkey_url, feed_interval_ms=50) as site:
        key = site.bootstrap.key
        headers = {"APCA-API-KEY-ID": key.key.key_id, "APCA-API-SECRET-KEY": key.secret}
        async with httpx.AsyncClient(base_url=site.gateway_url, headers=headers) as client:
            order = {"symbol": "IBM", "qty": "1", "side": "buy", "type": "market"}
            made = (await client.post("/v2/orders", json=order | {"time_in_force": "day"})).json()
            async with asyncio.timeout(20):
                while made["status"] != "filled":
                    made = (await client.get(f"/v2/orders/{made['id']}")).json()
            assert made["filled_qty"] == "1"
