"""Runs of the images by Compose, as a person starts them."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradewind.serving.names import PORTS, ServiceName
from tradewind.testing.waiting import free_port

ROOT = Path(__file__).parents[2]
SERVICES = (
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "portfolio-service",
)
LIVE = "order-service-live"
IMAGES = (*SERVICES, LIVE, "web-ui")
_ASKS = (
    "import http.client, json, sys\n"
    "asked = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=5)\n"
    "asked.request('GET', '/healthz/live')\n"
    "print(json.loads(asked.getresponse().read())['version'])\n"
)
PRODUCTION = ("-f", "docker-compose.yml", "-f", "docker-compose.prod.yml")


def image(name: str, tag: str | None = None) -> str:
    """Return the name of an image under test; the environment has its tag."""
    registry = os.environ.get("TRADEWIND_REGISTRY", "tradewind")
    return f"{registry}/{name}:{tag or os.environ['TRADEWIND_TAG']}"


def docker(*arguments: str, timeout_s: float = 120) -> str:
    """Run one docker command and return what it wrote; raises with its error."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )
    if done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr or done.stdout}")
    return done.stdout


def build(version: str, *targets: str, folder: Path = ROOT, options: Sequence[str] = ()) -> None:
    """Build images of a checkout, tagged with a version; the environment has date and commit."""
    done = subprocess.run(
        [folder / "deploy/docker/build", "--progress", "plain", *options, *targets],
        env={
            **os.environ,
            "REGISTRY": os.environ["TRADEWIND_REGISTRY"],
            "VERSION": version,
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]


def copy_checkout(folder: Path) -> Path:
    """Copy what Git knows of this checkout into a folder, so that a test may change it."""
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@dataclass
class Project:
    """Containers that Compose started together, of a checkout in ``folder``."""

    project: str
    secrets: Path
    folder: Path = ROOT
    files: tuple[str, ...] = ()
    """Compose's own choice unless it is said."""
    environment: dict[str, str] = field(default_factory=dict)

    def compose(self, *arguments: str, timeout_s: float = 300) -> str:
        """Run one Compose command and return what it wrote; raises with what went wrong."""
        return self.run("docker", "compose", *self.files, *arguments, timeout_s=timeout_s)

    def run(self, *command: str, timeout_s: float = 300) -> str:
        """Run a command that speaks to this project; raises with what went wrong."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                **os.environ,
                "COMPOSE_PROJECT_NAME": self.project,
                "TRADEWIND_SECRETS": str(self.secrets),
                **self.environment,
            },
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}\n{self.last_words()}")
        return done.stdout

    def last_words(self) -> str:
        """Return the last log lines of every container, for a failure's report."""
        told = []
        for each in self.containers():
            logs = subprocess.run(
                ["docker", "logs", "--tail", "8", each["Names"]],
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            told.append(f"== {each['Names']} {each['Status']}\n{logs.stdout}{logs.stderr}")
        return "\n".join(told)

    def containers(self) -> list[dict[str, Any]]:
        """Return the project's containers as the engine lists them."""
        listed = docker(
            *("ps", "--all", "--format", "{{json .}}"),
            *("--filter", f"label=com.docker.compose.project={self.project}"),
        )
        return [json.loads(line) for line in listed.splitlines()]

    def names(self, service: str) -> list[str]:
        """Return the running containers of a service."""
        listed = docker(
            *("ps", "--format", "{{.Names}}"),
            *("--filter", f"label=com.docker.compose.project={self.project}"),
            *("--filter", f"label=com.docker.compose.service={service}"),
        )
        return sorted(listed.split())

    def health(self, container: str) -> str:
        """Return ``healthy``, ``starting`` and so on, or ``gone``."""
        try:
            return docker("inspect", "-f", "{{.State.Health.Status}}", container).strip()
        except AssertionError:
            return "gone"

    def up(self) -> None:
        """Start everything and return when all of it is healthy."""
        self.compose("up", "-d", "--wait", "--wait-timeout", "400", timeout_s=450)

    def down(self, *, and_data: bool = False) -> None:
        """Stop and remove the containers, the volumes too if asked."""
        self.compose("down", "--timeout", "40", *(["--volumes"] if and_data else []))

    def all_healthy(self) -> bool:
        """Tell whether every container that runs for good is healthy, or has no way to tell."""
        running = [each for each in self.containers() if each["State"] != "exited"]
        return bool(running) and all(
            each["State"] == "running"
            and not {"(unhealthy)", "starting)"} & {*each["Status"].split()}
            for each in running
        )

    def versions(self, service: str) -> set[str]:
        """Return the versions that the running processes of a service say they are."""
        said = set()
        for name in self.names(service):
            if service == "web-ui":
                label = '{{index .Config.Labels "org.opencontainers.image.version"}}'
                said.add(docker("inspect", "-f", label, name).strip())
            else:
                port = str(PORTS[ServiceName(service)])
                said.add(docker("exec", name, "python3", "-c", _ASKS, port).strip())
        return said

    def make_key(self) -> dict[str, str]:
        """Make the first user, once, and return its key and account."""
        told = self.compose("exec", "-T", "account-service", "tradewind", "first-start", "--json")
        made: dict[str, str] = json.loads(told)
        return made


@dataclass
class Stack(Project):
    """The whole platform behind its edge."""

    files: tuple[str, ...] = PRODUCTION

    @property
    def url(self) -> str:
        """Return where the edge answers over TLS."""
        return f"https://localhost:{self.environment['TRADEWIND_HTTPS_PORT']}"

    @property
    def http_url(self) -> str:
        """Return where it sends everybody to TLS."""
        return f"http://localhost:{self.environment['TRADEWIND_HTTP_PORT']}"

    @property
    def certificate(self) -> Path:
        """Return the certificate that clients trust."""
        return self.secrets / "edge.crt"

    def trust(self) -> ssl.SSLContext:
        """Return what believes the edge's certificate and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        return context

    def all_healthy(self) -> bool:
        """Tell whether all twelve containers that run for good do, and are healthy."""
        states = [each["Status"] for each in self.containers() if each["State"] != "exited"]
        return len(states) >= 12 and all("(healthy)" in state for state in states)

    def upgrade(self, *steps: str) -> None:
        """Bring what runs to the tag in the environment, as the guide says."""
        self.run("deploy/docker/upgrade", *steps, timeout_s=600)

    def leader(self) -> str:
        """Return the container of the order service that leads."""
        for name in self.names("order-service"):
            asked = subprocess.run(
                ["docker", "exec", name, "tradewind", "probe", "order-service", "--leading"],
                capture_output=True,
                timeout=30,
                check=False,
            )
            if asked.returncode == 0:
                return name
        raise AssertionError("no order service leads")

    def verify(self) -> str:
        """Fold every journal again and return what was found; raises on a difference."""
        return self.compose("exec", "-T", "--index", "1", "order-service", "tradewind", "verify")


@contextmanager
def production(project: str, secrets: Path, **environment: str) -> Iterator[Stack]:
    """Run the whole platform on free ports, with variables on top; remove it with its data."""
    ports = {f"TRADEWIND_{name}_PORT": str(free_port()) for name in ("HTTPS", "HTTP")}
    cash = {"TRADEWIND_INITIAL_CASH": "900000000"}
    stack = Stack(project, secrets, environment={**ports, **cash, **environment})
    # A run that was killed has left its data, which has other passwords.
    stack.down(and_data=True)
    try:
        stack.up()
        yield stack
    finally:
        stack.down(and_data=True)
