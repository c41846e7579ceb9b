"""Clients that trade inside the cluster: runs in a pod of the gateway's image, with `load.py`.

A pod reaches the gateway as the ingress controller does, by its Service, so that a client meets
what an update really does to connections; a forwarded port would hang on one pod of the gateway.
Prints a line of JSON each second, and once the file ``STOP`` is there a last one, which also says
what was lost.
"""

import json
import os
import ssl
import sys
import time
from pathlib import Path

from tests.images.load import Load

STOP = Path("/tmp/stop")
_SHOWN = 20


def main() -> None:
    """Trade until told to stop, or until the time is up."""
    stop = Path(os.environ.get("STOP", STOP))
    secrets = Path(os.environ["KEY_DIR"])
    load = Load(
        os.environ["GATEWAY"],
        ssl.create_default_context(),
        {
            "APCA-API-KEY-ID": (secrets / "key_id").read_text(),
            "APCA-API-SECRET-KEY": (secrets / "secret").read_text(),
        },
        clients=int(os.environ["CLIENTS"]),
        every_s=float(os.environ["EVERY_S"]),
    )
    ends = time.monotonic() + float(os.environ["MAX_S"])
    with load:
        while not stop.exists() and time.monotonic() < ends:
            tell(load)
            time.sleep(1)
    tell(load, lost=load.lost())


def tell(load: Load, **more: list[str]) -> None:
    """Print how far the clients are."""
    told = {
        "acknowledged": len(load.acknowledged),
        "retries": load.retries,
        "failures": load.failures[:_SHOWN],
        **more,
    }
    sys.stdout.write(f"{json.dumps(told)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
