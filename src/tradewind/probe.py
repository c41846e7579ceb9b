"""Ask a service of this machine whether it is well; small, for containers that ask often.

It loads nothing but the standard library: ``python -m tradewind.probe order-service`` takes a
fraction of the time that the whole command line does.
"""

import http.client
import json
import os
import sys

from tradewind.serving.names import PORTS, ServiceName

_TIMEOUT_S = 4.0
_HTTP_OK = 200
_ANY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 compared


def probe(service: ServiceName, *, port: int | None = None, standby_is_well: bool = True) -> str:
    """Return what a service says of itself: ``ready``, or else raise ``OSError`` with it.

    A process that stands by is well, unless ``standby_is_well`` says otherwise.
    """
    host = os.environ.get("TRADEWIND_HOST", "")
    connection = http.client.HTTPConnection(
        "127.0.0.1" if host in _ANY_ADDRESS else host,
        port or int(os.environ.get("TRADEWIND_SERVICE_PORT") or PORTS[service]),
        timeout=_TIMEOUT_S,
    )
    try:
        connection.request("GET", "/healthz/ready")
        answer = connection.getresponse()
        status = str(json.loads(answer.read()).get("status"))
    except (ValueError, AttributeError, http.client.HTTPException) as error:
        raise OSError(f"{service} does not answer as a service does: {error!r}") from error
    finally:
        connection.close()
    if answer.status == _HTTP_OK or (standby_is_well and status == "standby"):
        return status
    raise OSError(f"{service} is {status}")


def main(arguments: list[str]) -> int:
    """Probe the service that is named first; ``--leading`` wants it to be more than a standby."""
    names = [each for each in arguments if not each.startswith("-")]
    names = names or [os.environ.get("TRADEWIND_SERVICE", "")]
    try:
        status = probe(ServiceName(names[0]), standby_is_well="--leading" not in arguments)
    except (OSError, ValueError, IndexError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{status}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
