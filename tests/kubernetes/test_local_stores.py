"""What stands in for hosted stores on one machine fits the charts that use it."""

import secrets

import pytest
from tests.kubernetes.pod_security import violations
from tests.kubernetes.schemas import VERSIONS, complaints
from tests.kubernetes.test_pods import beyond_the_standard
from tests.kubernetes.tools import (
    HelmRefused,
    Manifest,
    named,
    of_kind,
    pods,
    render,
    template,
    workloads,
)

PASSWORDS = [f"{name}={secrets.token_hex(8)}" for name in ("databasePassword", "valkeyPassword")]


@pytest.fixture(scope="module")
def stores() -> list[Manifest]:
    return template("local-stores", [], PASSWORDS)


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_object(stores: list[Manifest], version: str) -> None:
    assert [said for each in stores for said in complaints(each, version)] == []


def test_they_are_hardened_bounded_and_probed(stores: list[Manifest]) -> None:
    for name, pod in pods(stores):
        assert violations(pod) + beyond_the_standard(pod) == [], name
        (container,) = pod["spec"]["containers"]
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
    assert {each["metadata"]["name"] for each in of_kind(stores, "PodDisruptionBudget")} == {
        each["metadata"]["name"] for each in workloads(stores)
    }


def test_services_find_them_by_the_names_and_ports_of_a_local_installation(
    stores: list[Manifest],
) -> None:
    told = named(render("local"), "ConfigMap", "order-service")["data"]
    assert told["TRADEWIND_DATABASE_URL"].startswith("postgresql://tradewind@postgres:5432/")
    assert told["TRADEWIND_VALKEY_URL"] == "valkey://valkey:6379/0"
    for name, port in (("postgres", 5432), ("valkey", 6379)):
        assert named(stores, "Service", name)["spec"]["ports"][0]["port"] == port


def test_network_policies_of_both_sides_agree(stores: list[Manifest]) -> None:
    migrate = named(render("local"), "NetworkPolicy", "migrate")["spec"]
    (database,) = [
        rule for rule in migrate["egress"] if rule["ports"] == [{"port": 5432, "protocol": "TCP"}]
    ]
    chosen = database["to"][0]["podSelector"]["matchLabels"].items()
    labels = named(stores, "StatefulSet", "postgres")["spec"]["template"]["metadata"]["labels"]
    assert chosen <= labels.items()
    (let_in,) = named(stores, "NetworkPolicy", "postgres")["spec"]["ingress"]
    wanted = let_in["from"][0]["podSelector"]["matchLabels"].items()
    for name, pod in pods(render("local")):
        if name != "Pod smoke-test":
            assert wanted <= pod["metadata"]["labels"].items(), name


def test_a_store_without_a_password_is_refused() -> None:
    with pytest.raises(HelmRefused, match="databasePassword is not set"):
        template("local-stores", [], PASSWORDS[1:])
