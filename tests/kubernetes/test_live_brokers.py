"""Live brokers are off, and on they are there for the order service alone."""

import re
from pathlib import Path

import pytest
from tests.kubernetes.test_network import policies
from tests.kubernetes.test_settings import settings_as_in_the_pod
from tests.kubernetes.tools import ROOT, Manifest, of_kind, pods, render

from tradewind.platform.modes import BrokerKind

ON = "global.liveBrokers.enabled=true"
_VENUE = "global.secrets.plain.brokers.my-alpaca"
BROKERS = (
    *(f"{_VENUE}.broker=alpaca", f"{_VENUE}.key=k-1234", f"{_VENUE}.secret=s-5678"),
    f"{_VENUE}.reconcile_s=30",
)


def internet_ports(*switches: str) -> dict[str, list[int]]:
    """Return the ports of the internet that each service may reach."""
    return {
        name: [port["port"] for port in rule["ports"]]
        for name, spec in policies("local", *switches).items()
        for rule in spec.get("egress", [])
        if any(peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for peer in rule["to"])
    }


def images(*switches: str) -> dict[str, str]:
    """Return the image of each pod by the name of what the pod belongs to."""
    return {
        name: pod["spec"]["containers"][0]["image"]
        for name, pod in pods(render("local", *switches))
    }


def secret_names(manifests: tuple[Manifest, ...]) -> dict[str, set[str]]:
    """Return the names of what each pod sees of secrets."""
    return {
        name: {
            item["path"]
            for volume in pod["spec"]["volumes"]
            for item in volume.get("secret", {}).get("items", [])
        }
        for name, pod in pods(manifests)
    }


def test_the_order_service_alone_changes_its_image_for_one_that_is_built() -> None:
    off, on = images(), images(ON, *BROKERS)
    assert {name for name in on if on[name] != off[name]} == {"StatefulSet order-service"}
    name = on["StatefulSet order-service"].rpartition("/")[2].partition(":")[0]
    bake = (ROOT / "deploy/docker/docker-bake.hcl").read_text()
    assert re.search(rf'name = "{name}", port = "8002", of = "order-service"', bake)


def test_the_order_service_reads_the_brokers_as_they_were_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifests = render("local", ON, *BROKERS)
    settings = settings_as_in_the_pod(manifests, "order-service", tmp_path, monkeypatch)
    (venue,) = settings.brokers.items()
    assert venue[0] == "my-alpaca"
    assert venue[1].broker is BrokerKind.ALPACA
    assert venue[1].secret.get_secret_value() == "s-5678"
    assert (venue[1].paper, venue[1].reconcile_s) == (True, 30)


@pytest.mark.parametrize("source", [(), ("global.secrets.source=existing",)])
def test_nobody_else_sees_the_keys_of_brokers(source: tuple[str, ...]) -> None:
    existing = ("global.secrets.existing=ours", *source) if source else BROKERS
    seen = secret_names(render("local", ON, *existing))
    assert {name for name in seen if "tradewind_brokers" in seen[name]} == {
        "StatefulSet order-service"
    }
    assert not any("tradewind_brokers" in each for each in secret_names(render("local")).values())


def test_external_secrets_fetches_them_from_where_terraform_has_made_room() -> None:
    manifests = render("production", ON)
    fetched = [
        (each["metadata"]["name"], data["remoteRef"]["key"])
        for each in of_kind(manifests, "ExternalSecret")
        for data in each["spec"]["data"]
        if data["secretKey"] == "tradewind_brokers"
    ]
    assert fetched == [("order-service", "tradewind-production/brokers")]
    readers = (ROOT / "deploy/terraform/modules/platform/cluster.tf").read_text()
    assert re.search(r'order-service += \[[^\]]*"brokers"', readers)


def test_the_way_to_brokers_is_open_only_when_they_are_on() -> None:
    closed = internet_ports()
    assert "order-service" not in closed
    assert internet_ports(ON, *BROKERS) == {**closed, "order-service": [443]}
    ports = ("global.liveBrokers.ports={443,9443}", "order-service.internetPorts={443}")
    assert internet_ports(ON, *BROKERS, *ports)["order-service"] == [443, 9443]


def test_a_changed_key_makes_new_pods_of_the_order_service_alone() -> None:
    def checksums(*switches: str) -> dict[str, str]:
        return {
            each["metadata"]["name"]: each["spec"]["template"]["metadata"]["annotations"][
                "checksum/secrets"
            ]
            for each in of_kind(render("local", *switches), "StatefulSet", "Deployment")
        }

    before = checksums(ON, *BROKERS)
    after = checksums(ON, *BROKERS, f"{_VENUE}.key=k-9999")
    assert {name for name in after if after[name] != before[name]} == {"order-service"}
