"""Charts, images and code agree: ports, settings, and what each service needs to start."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.kubernetes.tools import (
    ENVIRONMENTS,
    ROOT,
    SECRETS,
    Manifest,
    named,
    of_kind,
    render,
    workloads,
)

from tradewind.platform.settings import Settings, load_settings
from tradewind.serving.names import PORTS, ServiceName
from tradewind.serving.requirements import migration_problems, problems

in_each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)
FOLDER_OF_SECRETS = "TRADEWIND_SECRETS_DIR"
"""Read before the settings are: it says where to look for them."""
PYTHON_SERVICES = sorted(set(ServiceName) - {ServiceName.WEB_UI})
PLAIN = ("global.secrets.source=plain",)


def known_settings() -> set[str]:
    return {f"TRADEWIND_{name.upper()}" for name in Settings.model_fields} | {FOLDER_OF_SECRETS}


@in_each_environment
def test_every_variable_that_a_chart_sets_is_a_setting(environment: str) -> None:
    for config in of_kind(render(environment), "ConfigMap"):
        variables = {name for name in config["data"] if name.startswith("TRADEWIND_")}
        assert variables <= known_settings(), config["metadata"]["name"]
    for workload in workloads(render(environment)):
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        assert "env" not in container


@in_each_environment
def test_every_secret_is_a_file_named_like_its_setting(environment: str) -> None:
    for workload in workloads(render(environment)):
        for volume in workload["spec"]["template"]["spec"]["volumes"]:
            for item in volume.get("secret", {}).get("items", []):
                assert item["key"] == item["path"]
                assert item["path"].upper() in known_settings()


def settings_as_in_the_pod(
    manifests: tuple[Manifest, ...], name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Return the settings that a process in the pod would read."""
    for variable in [each for each in os.environ if each.startswith("TRADEWIND_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(folder)
    for variable, value in named(manifests, "ConfigMap", name)["data"].items():
        if variable.startswith("TRADEWIND_"):
            monkeypatch.setenv(variable, value)
    assert os.environ[FOLDER_OF_SECRETS] == "/etc/tradewind/secrets"
    monkeypatch.setenv(FOLDER_OF_SECRETS, str(folder))
    for file, secret in named(manifests, "Secret", name)["stringData"].items():
        (folder / file).write_text(secret)
    return load_settings()


@pytest.mark.parametrize("service", PYTHON_SERVICES)
@in_each_environment
def test_every_service_is_told_what_it_refuses_to_start_without(
    environment: str, service: ServiceName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = render(environment, *PLAIN)
    settings = settings_as_in_the_pod(manifests, service, tmp_path, monkeypatch)
    assert problems(settings, [service]) == []


@in_each_environment
def test_a_pod_of_the_account_service_can_make_the_first_start(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = render(environment, *PLAIN)
    settings = settings_as_in_the_pod(manifests, "account-service", tmp_path, monkeypatch)
    assert problems(settings, [ServiceName.ACCOUNT, ServiceName.PORTFOLIO]) == []


@in_each_environment
def test_the_migration_is_told_where_the_database_is(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = render(environment, *PLAIN)
    settings = settings_as_in_the_pod(manifests, "migrate", tmp_path, monkeypatch)
    assert migration_problems(settings) == []
    assert settings.database_url is not None


def test_mail_takes_its_password_where_there_is_a_user_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switches = (
        "notification-service.settings.TRADEWIND_SMTP_HOST=smtp.example",
        "notification-service.settings.TRADEWIND_SMTP_USERNAME=tradewind",
    )
    manifests = render("local", *switches)
    settings = settings_as_in_the_pod(manifests, "notification-service", tmp_path, monkeypatch)
    assert settings.smtp_username == "tradewind"
    assert settings.smtp_password == SECRETS["smtpPassword"]
    assert problems(settings, [ServiceName.NOTIFICATION]) == []


@in_each_environment
def test_ports_agree_between_chart_and_code(environment: str) -> None:
    manifests = render(environment)
    for name in ServiceName:
        (workload,) = [each for each in workloads(manifests) if each["metadata"]["name"] == name]
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        assert [each["containerPort"] for each in container["ports"]] == [PORTS[name]]
        (port,) = named(manifests, "Service", name)["spec"]["ports"]
        assert (port["port"], port["targetPort"]) == (PORTS[name], container["ports"][0]["name"])


def test_ports_and_users_agree_between_chart_and_image() -> None:
    bake = (ROOT / "deploy/docker/docker-bake.hcl").read_text()
    # Several images may be of one service.
    built = set(re.findall(r'port = "(\d+)", of = "([a-z-]+)"', bake))
    assert built == {(str(PORTS[name]), name.value) for name in PYTHON_SERVICES}
    nginx = (ROOT / "deploy/docker/web-ui/nginx.conf").read_text()
    assert f"listen {PORTS[ServiceName.WEB_UI]};" in nginx
    for workload in workloads(render("local")):
        kind = "web-ui" if workload["metadata"]["name"] == "web-ui" else "service"
        recipe = (ROOT / f"deploy/docker/{kind}.Dockerfile").read_text()
        security = workload["spec"]["template"]["spec"]["securityContext"]
        assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in recipe


def test_charts_are_of_the_checkout_and_no_file_of_it_holds_the_version() -> None:
    version = subprocess.check_output([ROOT / "scripts/version"], text=True).strip()
    charts = sorted((ROOT / "deploy/helm").glob("*/Chart.yaml"))
    assert len(charts) == 10
    for chart in charts:
        text = chart.read_text()
        written = set(re.findall(r'^ *(?:version|appVersion): "?([^"\n]+)', text, re.MULTILINE))
        assert written == {"0.0.0"}, chart
    packaged = {path.name for path in (ROOT / ".build/charts").glob("*.tgz")}
    installable = {chart.parent.name for chart in charts} - {"tradewind-lib"}
    assert packaged == {f"{name}-{version}.tgz" for name in installable}


def test_images_are_those_of_the_charts_version() -> None:
    version = subprocess.check_output([ROOT / "scripts/version"], text=True).strip()
    for workload in workloads(render("local")):
        labels = workload["metadata"]["labels"]
        assert labels["app.kubernetes.io/version"] == version
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        assert container["image"].endswith(f":{version}")
