"""A wire between a platform and its broker that can be cut, in either direction."""

import socket
import threading
from contextlib import suppress
from enum import Enum
from urllib.parse import urlsplit


class State(Enum):
    """What a wire does with what it is given."""

    OPEN = "open"
    CUT = "cut"
    """Nothing gets through, and no connection is made."""
    DEAF = "deaf"
    """Requests arrive at the broker; its answers are lost and the connection ends."""


class Wire:
    """Forwards TCP connections to a broker, on threads of its own."""

    def __init__(self, target_url: str) -> None:
        target = urlsplit(target_url)
        assert target.hostname is not None
        assert target.port is not None
        self._target = (target.hostname, target.port)
        self._state = State.OPEN
        self._lost = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, state: State) -> None:
        """Change what the wire does, and end the connections that stand."""
        self._state = state
        self._lost.clear()
        for each in list(self._sockets):
            _close(each)

    def wait_lost(self, timeout_s: float) -> bool:
        """Return whether an answer of the broker was lost within some time."""
        return self._lost.wait(timeout_s)

    def close(self) -> None:
        """End everything."""
        _close(self._listener)
        self.set(State.CUT)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self._state is State.CUT:
            _close(near)
            return
        try:
            far = socket.create_connection(self._target)
        except OSError:
            _close(near)
            return
        self._sockets |= {near, far}
        back = threading.Thread(target=self._carry, args=(far, near, True), daemon=True)
        back.start()
        self._carry(near, far, False)
        back.join()
        self._sockets -= {near, far}

    def _carry(self, source: socket.socket, to: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if is_answer and self._state is State.DEAF:
                    self._lost.set()
                    break
                to.sendall(data)
        _close(to)
        _close(source)


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
