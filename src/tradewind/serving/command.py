"""``tradewind serve``: run one service until a signal, and say where it is."""

import json
import sys

from tradewind.platform.logging import get_logger
from tradewind.platform.process_end import EXIT_FAILED
from tradewind.platform.settings import Settings
from tradewind.serving.names import ServiceName
from tradewind.serving.process import ServiceProcess, Serving
from tradewind.signals import stop_on_signals, unless


async def run(settings: Settings, name: ServiceName, *, as_json: bool) -> int:
    """Run until a signal or a failure and return the exit code."""
    stop = stop_on_signals()
    process = ServiceProcess(settings, name)
    serving = await unless(stop, process.start())
    if serving is None:
        return 0
    try:
        _tell(serving, as_json=as_json)
        if not serving.leads:
            leading = await unless(stop, process.lead())
            if leading is None:
                return 0
            _tell(leading, as_json=as_json)
        failure = await unless(stop, process.wait_failed())
        if failure is not None:
            get_logger(name).critical("stopping: the service must not go on", exc_info=failure)
        return EXIT_FAILED if failure else 0
    finally:
        await process.stop()


def _tell(serving: Serving, *, as_json: bool) -> None:
    role = "serving" if serving.leads else "standby"
    if as_json:
        told = {"service": serving.service, "role": role, "url": serving.url}
        sys.stdout.write(json.dumps(told) + "\n")
    elif serving.leads:
        sys.stdout.write(f"{serving.service} serves at {serving.url}. Stop with Ctrl-C.\n")
    else:
        sys.stdout.write(
            f"Another {serving.service} works. This one at {serving.url} takes over when it ends, "
            "and answers 503 until then. Stop with Ctrl-C.\n"
        )
    sys.stdout.flush()
