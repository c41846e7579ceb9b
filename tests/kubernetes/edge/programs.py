"""The programs of the edge: NGINX as the controller runs it, an ACME server, and who asks it."""

import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.kubernetes.edge.f5_controller import Place, configuration
from tests.kubernetes.tools import Manifest

from tradewind.testing.waiting import free_port, wait_for

NEEDED = ("nginx", "pebble", "pebble-challtestsrv", "certbot")
"""Debian's programs, of the packages nginx, pebble and certbot."""
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_STOP_S = 10


def find(name: str) -> str | None:
    """Return where a program is."""
    return shutil.which(name, path=_PATH)


class Program:
    """A program that runs until it is stopped; what it writes is in ``log``."""

    def __init__(self, folder: Path, name: str, *options: str, **environment: str) -> None:
        self._command = [find(name) or name, *options]
        self._log = folder / f"{name}-{free_port()}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self) -> str:
        """Return what it has written."""
        return self._log.read_text(errors="replace")

    def wait_listening(self, *ports: int) -> None:
        """Return when it answers at its ports; raises ``AssertionError`` with its log."""
        for port in ports:
            wait_for(lambda port=port: self._listens(port), f"{self._command}: {self.log()}")

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_S)

    def _listens(self, port: int) -> bool:
        assert self._process.poll() is None, self.log()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True


class Edge:
    """NGINX with the configuration that the controller would write for some Ingresses."""

    def __init__(self, folder: Path, controller: Mapping[str, str]) -> None:
        self.place = Place(folder, free_port(), free_port(), controller)
        self.ingresses: list[Manifest] = []
        self._version = 0
        self._program: Program | None = None
        self._file = folder / "nginx.conf"

    def apply(
        self,
        ingresses: Iterable[Manifest],
        *,
        endpoints: Mapping[str, Sequence[str]] | None = None,
        secrets: Mapping[str, Path] | None = None,
    ) -> None:
        """Serve what a cluster has now; what is not named stays as it is."""
        self.ingresses = list(ingresses)
        if endpoints is not None:
            self.place = replace(self.place, endpoints=endpoints)
        if secrets is not None:
            self.place = replace(self.place, secrets=secrets)
        self._version += 1
        self._file.write_text(configuration(self.ingresses, self.place, self._version))
        check(self._file)
        if self._program is None:
            options = ("-p", str(self.place.folder), "-c", str(self._file))
            self._program = Program(self.place.folder, "nginx", *options)
            self._program.wait_listening(self.place.http_port, self.place.https_port)
        else:
            self._program.send_signal(signal.SIGHUP)
        # More than once: for a moment processes of both configurations take connections.
        for _ in range(5):
            wait_for(lambda: self._served() == self._version, "the new configuration")

    def log(self) -> str:
        """Return what it has written, a line for each request among it."""
        return "" if self._program is None else self._program.log()

    def stop(self) -> None:
        """End it."""
        if self._program is not None:
            self._program.stop()

    def _served(self) -> int:
        with socket.socket(socket.AF_UNIX) as unix:
            unix.settimeout(5)
            unix.connect(str(self.place.version_socket))
            connection = http.client.HTTPConnection("localhost")
            connection.sock = unix
            connection.request("GET", "/configVersion", headers={"Connection": "close"})
            return int(connection.getresponse().read())


def check(file: Path) -> None:
    """Raise ``AssertionError`` when NGINX would not take a configuration."""
    done = subprocess.run(
        [find("nginx") or "nginx", "-t", "-p", str(file.parent), "-c", str(file)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class WebTerminal:
    """The web terminal as its image serves it, by the image's own configuration."""

    def __init__(self, folder: Path, configuration_file: Path, site: Path) -> None:
        self.port = free_port()
        text = configuration_file.read_text()
        for there, here in (
            # First: what follows may bring paths of its own below it.
            ("/tmp/", f"{folder}/"),
            ("listen 3000;", f"listen 127.0.0.1:{self.port};"),
            ("    listen [::]:3000;\n", ""),
            ("/usr/share/nginx/html", str(site)),
            ("/etc/nginx/api.d", f"{folder}/api.d"),
        ):
            assert there in text, there
            text = text.replace(there, here)
        if os.geteuid() == 0:
            text = f"user root;\n{text}"
        file = folder / "terminal.conf"
        file.write_text(f"daemon off;\n{text}")
        check(file)
        self._program = Program(folder, "nginx", "-p", str(folder), "-c", str(file))
        self._program.wait_listening(self.port)

    def stop(self) -> None:
        """End it."""
        self._program.stop()


class AcmeServer:
    """Pebble, which gives certificates as Let's Encrypt does, and the names that it looks up.

    Every name is this machine's. It asks for ``http_port`` where Let's Encrypt would ask for 80.
    """

    def __init__(self, folder: Path, http_port: int, identity: tuple[Path, Path, Path]) -> None:
        self._folder = folder
        self._authority, certificate, key = identity
        port, self._management_port, names, unused = (free_port() for _ in range(4))
        self.directory = f"https://127.0.0.1:{port}/dir"
        (folder / "pebble.json").write_text(
            f"""{{"pebble": {{
                "listenAddress": "127.0.0.1:{port}",
                "managementListenAddress": "127.0.0.1:{self._management_port}",
                "certificate": "{certificate}", "privateKey": "{key}",
                "httpPort": {http_port}, "tlsPort": {unused}, "ocspResponderURL": "",
                "externalAccountBindingRequired": false
            }}}}"""
        )
        nothing = ("-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "")
        here = ("-dns01", f"127.0.0.1:{names}", "-management", f"127.0.0.1:{unused}")
        self._names = Program(folder, "pebble-challtestsrv", *here, *nothing)
        self._names.wait_listening(names)
        self._program = Program(
            folder,
            "pebble",
            "-config",
            "pebble.json",
            "-dnsserver",
            f"127.0.0.1:{names}",
            PEBBLE_VA_NOSLEEP="1",  # It waits a while before it asks, and says no at times
            PEBBLE_WFE_NONCEREJECT="0",
        )
        self._program.wait_listening(port, self._management_port)

    def root(self) -> Path:
        """Return the file of the root certificate that it made when it began."""

        trust = ssl.create_default_context(cafile=str(self._authority))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._management_port, context=trust, timeout=10
        )
        connection.request("GET", "/roots/0")
        file = self._folder / "root.pem"
        file.write_bytes(connection.getresponse().read())
        connection.close()
        return file

    def certify(self, host: str, solver_port: int) -> subprocess.CompletedProcess[str]:
        """Have certbot ask for a certificate; it answers the question itself at a port."""
        return subprocess.run(
            [
                *(find("certbot") or "certbot", "certonly", "--non-interactive", "--standalone"),
                *("--http-01-address", "127.0.0.1", "--http-01-port", str(solver_port)),
                *("--server", self.directory, "--domain", host, "--key-type", "ecdsa"),
                *("--agree-tos", "--no-eff-email", "--email", "ops@tradewind.example"),
                *("--config-dir", "acme", "--work-dir", "acme-work", "--logs-dir", "acme-logs"),
            ],
            cwd=self._folder,
            env={
                # Debian's own Python, and none of what this one's environment says to it.
                **{name: value for name, value in os.environ.items() if "PYTHON" not in name},
                "REQUESTS_CA_BUNDLE": str(self._authority),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def certificate(self, host: str) -> Path:
        """Return one file with the certificate, those above it and the key."""
        live = self._folder / "acme/live" / host
        file = self._folder / f"{host}.pem"
        file.write_text((live / "fullchain.pem").read_text() + (live / "privkey.pem").read_text())
        file.chmod(0o600)
        return file

    def log(self) -> str:
        """Return what it has written."""
        return self._program.log()

    def stop(self) -> None:
        """End it."""
        self._program.stop()
        self._names.stop()
