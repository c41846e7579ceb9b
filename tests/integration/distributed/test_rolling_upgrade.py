"""Every process is replaced, one after another, while clients send orders."""

import asyncio
import sys

import pytest
from tests.integration.distributed.conftest import Deploy
from tests.integration.distributed.load import Load

UPGRADE_S = 480


@pytest.mark.timeout(UPGRADE_S + 120)
async def test_no_request_fails_while_every_process_is_replaced(deploy: Deploy) -> None:
    deployment = deploy(accounts=2, orders=2, gateways=2)
    load = Load(deployment)
    async with load.running(UPGRADE_S):
        for service, runs in deployment.runs.items():
            for run in sorted(runs, key=lambda run: run.serves):  # those that stand by first
                assert await asyncio.to_thread(run.stop) == 0, (service, run.log())
                await asyncio.to_thread(run.start)
    sys.stdout.write(
        f"{len(load.acknowledged)} orders, longest answer {load.longest_s:.2f} s, "
        f"repeated: {len(load.failures)}\n"
    )
    # A client may find a gateway gone, and goes to the other one; it is answered with no error.
    assert not [failure for failure in load.failures if failure[0].isdigit()]
    await load.check()
