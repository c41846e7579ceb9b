"""Nobody speaks to anybody but for what the design names."""

import pytest
from tests.kubernetes.tools import ENVIRONMENTS, Manifest, named, of_kind, pods, render

CALLS = {
    ("api-gateway", "account-service", 8001),
    ("api-gateway", "order-service", 8002),
    ("api-gateway", "market-data-service", 8003),
    ("api-gateway", "portfolio-service", 8004),
    ("api-gateway", "notification-service", 8005),
    ("account-service", "order-service", 8002),
    ("portfolio-service", "order-service", 8002),
    ("notification-service", "order-service", 8002),
    ("smoke-test", "api-gateway", 8000),
    ("smoke-test", "web-ui", 3000),
}
"""Who calls whom: the architecture's table, what `helm test` asks, and the first start."""
STORES = {
    "database": {
        *("account-service", "order-service", "market-data-service", "portfolio-service"),
        *("notification-service", "migrate", "maintenance"),
    },
    "valkey": {"api-gateway", "order-service", "market-data-service", "notification-service"},
}
NAME = "app.kubernetes.io/name"


def policies(environment: str, *switches: str) -> dict[str, Manifest]:
    """Return the policies by the pods that they are about; `default-deny` is about all."""
    return {
        each["spec"]["podSelector"].get("matchLabels", {}).get(NAME, "default-deny"): each["spec"]
        for each in of_kind(render(environment, *switches), "NetworkPolicy")
    }


def peer_name(peer: Manifest) -> str | None:
    """Return the service that a peer names, unless it is elsewhere."""
    if "podSelector" in peer and "namespaceSelector" not in peer:
        name: str | None = peer["podSelector"]["matchLabels"][NAME]
        return name if name not in ("postgres", "valkey") else None
    return None


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_no_policy_names_is_denied(environment: str) -> None:
    spec = policies(environment)["default-deny"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    covered = policies(environment).keys()
    for name, pod in pods(render(environment)):
        assert pod["metadata"]["labels"][NAME] in covered, name
    for each in policies(environment).values():
        assert each["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_pods_may_call_exactly_whom_the_design_says(environment: str) -> None:
    out, into = set(), set()
    for name, spec in policies(environment).items():
        for rule in spec.get("egress", []):
            for peer in rule["to"]:
                if called := peer_name(peer):
                    (port,) = rule["ports"]
                    out.add((name, called, port["port"]))
        for rule in spec.get("ingress", []):
            assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]
            into |= {(caller, name) for peer in rule["from"] if (caller := peer_name(peer))}
    assert out == CALLS
    assert into == {(caller, called) for caller, called, _ in CALLS}


@pytest.mark.parametrize(("store", "port"), [("database", 5432), ("valkey", 6379)])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_store_is_reached_by_those_who_use_it(environment: str, store: str, port: int) -> None:
    reaching = {
        name
        for name, spec in policies(environment).items()
        for rule in spec.get("egress", [])
        if any(each["port"] == port for each in rule["ports"])
    }
    assert reaching == STORES[store]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_from_outside_only_the_edge_reaches_the_gateway_and_the_terminal(environment: str) -> None:
    outside = {
        name
        for name, spec in policies(environment, "global.monitoring.enabled=false").items()
        for rule in spec.get("ingress", [])
        if any(peer_name(peer) is None for peer in rule["from"])
    }
    assert outside == {"api-gateway", "web-ui"}


def test_only_notifications_reach_the_internet_and_nobody_a_network_of_somebodys_own() -> None:
    reaching = {}
    for name, spec in policies("local").items():
        for rule in spec.get("egress", []):
            for peer in rule["to"]:
                if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0":
                    reaching[name] = [each["port"] for each in rule["ports"]]
                    assert "169.254.0.0/16" in peer["ipBlock"]["except"]
                    assert "10.0.0.0/8" in peer["ipBlock"]["except"]
    assert reaching == {"notification-service": [443, 587]}


def test_prometheus_reaches_what_it_is_told_to_watch_and_nothing_else() -> None:
    manifests = render("production")
    watched = {each["metadata"]["name"] for each in of_kind(manifests, "ServiceMonitor")}
    reached = {
        name
        for name, spec in policies("production").items()
        for rule in spec.get("ingress", [])
        for peer in rule["from"]
        if "monitoring" in peer.get("namespaceSelector", {}).get("matchLabels", {}).values()
    }
    assert watched == reached
    # NGINX serves the terminal and has no metrics.
    assert "web-ui" not in watched
    for name in watched:
        monitor = named(manifests, "ServiceMonitor", name)
        service = named(manifests, "Service", name)
        assert (
            monitor["spec"]["selector"]["matchLabels"].items()
            <= service["metadata"]["labels"].items()
        )
        assert [each["port"] for each in monitor["spec"]["endpoints"]] == ["http"]
