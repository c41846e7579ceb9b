"""A production-like run of the images by Compose, as a person starts it."""

import json
import os
import ssl
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SERVICES = (
    "account-service",
    "api-gateway",
    "market-data-service",
    "notification-service",
    "order-service",
    "portfolio-service",
)
IMAGES = (*SERVICES, "web-ui")


def image(name: str) -> str:
    """Return the name of an image under test, as the environment has its tag."""
    registry = os.environ.get("TRADEWIND_REGISTRY", "tradewind")
    return f"{registry}/{name}:{os.environ['TRADEWIND_TAG']}"


def docker(*arguments: str, timeout_s: float = 120) -> str:
    """Run one docker command and return what it wrote; raises with its error."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )
    if done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr or done.stdout}")
    return done.stdout


@dataclass
class Stack:
    """The whole platform behind its edge."""

    project: str
    secrets: Path
    https_port: int
    http_port: int
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return where the edge answers over TLS."""
        return f"https://localhost:{self.https_port}"

    @property
    def certificate(self) -> Path:
        """Return the certificate that clients trust."""
        return self.secrets / "edge.crt"

    def trust(self) -> ssl.SSLContext:
        """Return what believes the edge's certificate and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        return context

    def compose(self, *arguments: str, timeout_s: float = 300) -> str:
        """Run one Compose command on the production files."""
        files = ("-f", "docker-compose.yml", "-f", "docker-compose.prod.yml")
        done = subprocess.run(
            ["docker", "compose", *files, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "COMPOSE_PROJECT_NAME": self.project,
                "TRADEWIND_SECRETS": str(self.secrets),
                "TRADEWIND_HTTPS_PORT": str(self.https_port),
                "TRADEWIND_HTTP_PORT": str(self.http_port),
                **self.environment,
            },
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode:
            raise AssertionError(
                f"docker compose {' '.join(arguments)}: {done.stderr}\n{self.last_words()}"
            )
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
        self.compose("up", "-d", "--wait", "--wait-timeout", "180", timeout_s=240)

    def down(self, *, and_data: bool = False) -> None:
        """Stop and remove the containers, the volumes too if asked."""
        self.compose("down", "--timeout", "40", *(["--volumes"] if and_data else []))

    def all_healthy(self) -> bool:
        """Tell whether every container that runs for good is healthy."""
        states = [each["Status"] for each in self.containers() if each["State"] != "exited"]
        return len(states) >= 12 and all("(healthy)" in state for state in states)

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

    def make_key(self) -> dict[str, str]:
        """Make the first user, once, and return its key and account."""
        told = self.compose("exec", "-T", "account-service", "tradewind", "first-start", "--json")
        made: dict[str, str] = json.loads(told)
        return made

    def verify(self) -> str:
        """Fold every journal again and return what was found; raises on a difference."""
        return self.compose("exec", "-T", "--index", "1", "order-service", "tradewind", "verify")
