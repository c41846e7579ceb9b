"""What a deployment runs once the charts are applied: smoke test and marks, on real servers."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.scripts import run_script

from tradewind.platform.version import this_build
from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import free_port

Told = list[tuple[str, str, dict[str, object]]]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    running = PlatformProcess(tmp_path_factory.mktemp("rollout") / "data")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def site() -> Iterator[tuple[str, Told]]:
    """Yield the address of a server that takes what it is told, and what that was."""
    told: Told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            told.append((self.path, self.headers["authorization"], body))
            self.send_response(404 if "/nowhere/" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        server.server_close()


def test_smoke_test_trades_and_leaves_nothing(platform: PlatformProcess) -> None:
    assert platform.credentials is not None
    key = f"{platform.credentials.key_id}:{platform.credentials.secret}"
    done = run_script(
        "smoke-test", platform.web_url, "--version", this_build().version, SMOKE_TEST_KEY=key
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok"] * 4


def test_smoke_test_sees_a_version_that_did_not_come(platform: PlatformProcess) -> None:
    done = run_script("smoke-test", platform.web_url, "--version", "9.9.9", "--seconds", "0")
    assert done.returncode == 1
    assert "not ok  it is version 9.9.9" in done.stdout


def test_smoke_test_sees_a_key_that_does_not_open(platform: PlatformProcess) -> None:
    done = run_script("smoke-test", platform.web_url, "--seconds", "0", SMOKE_TEST_KEY="no:key")
    assert done.returncode == 1
    assert "not ok  an order is taken" in done.stdout


def test_smoke_test_sees_a_platform_that_is_gone() -> None:
    done = run_script("smoke-test", "http://127.0.0.1:9", "--seconds", "0")
    assert done.returncode == 1
    assert "not ok  the terminal is served" in done.stdout


def test_deployment_is_told_to_grafana_and_sentry(site: tuple[str, Told]) -> None:
    address, told = site
    done = run_script(
        "mark-deployment",
        ENVIRONMENT="staging",
        VERSION="1.2.3",
        OUTCOME="success",
        GRAFANA_URL=address,
        GRAFANA_TOKEN="glsa",
        SENTRY_URL=address,
        SENTRY_ORGANIZATION="ours",
        SENTRY_PROJECT="platform",
        SENTRY_AUTH_TOKEN="sntr",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (annotation, release, deploy) = told
    assert annotation[0] == "/api/annotations"
    assert annotation[1] == "Bearer glsa"
    assert annotation[2]["tags"] == ["deployment", "staging", "1.2.3", "success"]
    assert release == (
        "/api/0/organizations/ours/releases/",
        "Bearer sntr",
        {"version": "tradewind@1.2.3", "projects": ["platform"]},
    )
    assert deploy[0] == "/api/0/organizations/ours/releases/tradewind@1.2.3/deploys/"


def test_failed_deployment_is_no_deployment_to_sentry(site: tuple[str, Told]) -> None:
    address, told = site
    given = {"SENTRY_URL": address, "SENTRY_ORGANIZATION": "ours", "SENTRY_PROJECT": "platform"}
    done = run_script("mark-deployment", ENVIRONMENT="staging", VERSION="1.2.3", OUTCOME="failure",
               SENTRY_AUTH_TOKEN="sntr", **given)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path for path, _, _ in told] == ["/api/0/organizations/ours/releases/"]


def test_mark_that_is_not_taken_is_said(site: tuple[str, Told]) -> None:
    address, _ = site
    given = {"SENTRY_URL": address, "SENTRY_ORGANIZATION": "nowhere", "SENTRY_PROJECT": "platform"}
    deployed = {"ENVIRONMENT": "staging", "VERSION": "1.2.3", "SENTRY_AUTH_TOKEN": "sntr"}
    done = run_script("mark-deployment", **deployed, **given)
    assert done.returncode == 1
    assert "404" in done.stderr


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ENVIRONMENT": "moon"}, "ENVIRONMENT has to be staging or production, not 'moon'."),
        ({"VERSION": "latest"}, "VERSION has to be one such as 1.2.3, not 'latest'."),
        ({"PLATFORM_URL": "http://x"}, "PLATFORM_URL has to begin with https://"),
    ],
)
def test_deployment_that_cannot_be_meant_is_refused(wrong: dict[str, str], sentence: str) -> None:
    right = {"ENVIRONMENT": "staging", "VERSION": "1.2.3", "PLATFORM_URL": "https://app.example"}
    done = run_script("deploy", "--dry-run", **{**right, **wrong})
    assert done.returncode == 2
    assert sentence in done.stderr


def test_deployment_by_compose_says_what_it_would_do() -> None:
    done = run_script("deploy-compose", "--dry-run", "1.2.3", PLATFORM_URL="https://localhost")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "+ TRADEWIND_TAG=1.2.3 deploy/docker/upgrade",
        "+ look at https://localhost",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say which version"),
        (("1.2.3",), "PLATFORM_URL has to begin with https://"),
        (("--version",), "'--version' is not known"),
    ],
)
def test_deployment_by_compose_that_cannot_be_meant_is_refused(
    arguments: tuple[str, ...], sentence: str
) -> None:
    done = run_script("deploy-compose", *arguments, PLATFORM_URL="")
    assert done.returncode == 2
    assert sentence in done.stderr


def test_version_before_is_known_where_several_gateways_run(tmp_path: Path) -> None:
    """Docker may tell of the second one late, and ends with 255 when nobody listens any more."""
    docker = tmp_path / "docker"
    docker.write_text(
        f"#!{sys.executable}\n"
        "import sys, time\n"
        "if sys.argv[1:3] == ['compose', 'ps']:\n"
        "    try:\n"
        "        print('first', flush=True)\n"
        "        time.sleep(0.3)\n"
        "        print('second', flush=True)\n"
        "    except BrokenPipeError:\n"
        "        sys.exit(255)\n"
        "elif sys.argv[1:] == ['inspect', '-f', '{{.Config.Image}}', 'first']:\n"
        "    print('tradewind/api-gateway:1.2.2')\n"
        "else:\n"
        "    sys.exit(1)\n"
    )
    docker.chmod(0o755)
    done = run_script(
        "deploy-compose",
        "1.2.3",
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        PLATFORM_URL=f"https://127.0.0.1:{free_port()}",
        SMOKE_TEST_SECONDS="1",
    )
    assert "Going back to 1.2.2" in done.stderr
    assert done.returncode == 3  # nothing answers there


def test_images_go_into_a_folder_and_out_again() -> None:
    done = run_script("oci-layout", "--dry-run", "push", "/keep", "tradewind/web-ui:1.2.3")
    assert done.stdout.split() == ["+", "skopeo", "copy", "--quiet",
                                   "docker-daemon:tradewind/web-ui:1.2.3",
                                   "oci:/keep:tradewind_web-ui_1.2.3"]  # fmt: skip
    assert run_script("oci-layout", "pull").returncode == 2


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    """Return a folder of programs that write down how they were called, to stand before PATH."""
    (tmp_path / "helm").write_text(
        "#!/bin/sh\n"
        f'echo "helm $*" >>"{tmp_path}/calls"\n'
        'case "$1" in history) echo \'[{"revision": 6, "status": "superseded"}, \'\n'
        ' echo \'{"revision": 7, "status": "deployed"}]\';; esac\n'
    )
    (tmp_path / "helm").chmod(0o755)
    return tmp_path


def test_version_that_fails_its_smoke_test_is_rolled_back(cluster: Path) -> None:
    done = run_script(
        "deploy",
        ENVIRONMENT="staging",
        VERSION="1.2.3",
        PLATFORM_URL="https://127.0.0.1:9",
        SMOKE_TEST_SECONDS="0",
        HELM=str(cluster / "helm"),
    )
    assert done.returncode == 3, done.stdout + done.stderr
    calls = (cluster / "calls").read_text().splitlines()
    upgrade = next(each for each in calls if each.startswith("helm upgrade"))
    assert "--rollback-on-failure" in upgrade
    assert "global.image.tag=1.2.3" in upgrade
    assert calls[-1].startswith("helm rollback tradewind 7 ")
    assert calls.index(upgrade) < len(calls) - 1
