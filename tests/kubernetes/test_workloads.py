"""Updates and drained machines leave every service at work."""

import json

import pytest
from tests.kubernetes.tools import ENVIRONMENTS, named, of_kind, render, workloads

in_each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)
ELECTED = {"order-service", "market-data-service", "notification-service"}
SERVICES = ELECTED | {"api-gateway", "account-service", "portfolio-service", "web-ui"}


@in_each_environment
def test_everything_that_runs_has_one_budget_that_counts_its_pods(environment: str) -> None:
    manifests = render(environment)
    running = {each["metadata"]["name"]: each for each in workloads(manifests)}
    assert running.keys() == SERVICES
    budgets = of_kind(manifests, "PodDisruptionBudget")
    assert {each["metadata"]["name"] for each in budgets} == SERVICES
    for budget in budgets:
        selector = running[budget["metadata"]["name"]]["spec"]["selector"]
        assert budget["spec"]["selector"] == selector
        assert budget["spec"]["maxUnavailable"] == 1


@in_each_environment
def test_selectors_find_the_pods_of_their_service_and_no_others(environment: str) -> None:
    manifests = render(environment)
    labels = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"].items()
        for each in workloads(manifests)
    }
    for each in [*of_kind(manifests, "Service"), *workloads(manifests)]:
        selector = each["spec"]["selector"]
        chosen = selector.get("matchLabels", selector).items()
        found = {name for name, has in labels.items() if chosen <= has}
        assert found == {each["metadata"]["name"]}


@in_each_environment
def test_an_update_adds_a_pod_before_it_takes_one_away(environment: str) -> None:
    deployments = of_kind(render(environment), "Deployment")
    assert {each["metadata"]["name"] for each in deployments} == SERVICES - ELECTED
    for each in deployments:
        rolling = each["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}
        assert each["spec"]["revisionHistoryLimit"] == 5


@in_each_environment
def test_an_elected_service_has_a_standby_that_an_update_waits_for(environment: str) -> None:
    manifests = render(environment)
    elected = of_kind(manifests, "StatefulSet")
    assert {each["metadata"]["name"] for each in elected} == ELECTED
    for each in elected:
        name = each["metadata"]["name"]
        assert each["spec"]["replicas"] == 2
        assert each["spec"]["podManagementPolicy"] == "Parallel"
        assert each["spec"]["minReadySeconds"] >= 10
        (container,) = each["spec"]["template"]["spec"]["containers"]
        # A standby is well, or the update would wait for it for ever.
        for probe in ("startupProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["path"] == "/healthz/ready?standby=ok"
        service = named(manifests, "Service", name)["spec"]
        assert each["spec"]["serviceName"] == name
        assert (service["clusterIP"], service["publishNotReadyAddresses"]) == ("None", True)


def test_callers_know_each_process_of_an_elected_service_by_name() -> None:
    gateway = named(render("local", "global.standbys=2"), "ConfigMap", "api-gateway")["data"]
    assert gateway["TRADEWIND_ORDERS_URL"].split(",") == [
        f"http://order-service-{number}.order-service:8002" for number in range(3)
    ]
    assert gateway["TRADEWIND_ACCOUNTS_URL"] == "http://account-service:8001"
    orders = named(render("local", "global.standbys=2"), "StatefulSet", "order-service")
    assert orders["spec"]["replicas"] == 3


def test_an_autoscaler_owns_the_number_of_processes() -> None:
    manifests = render("production", "api-gateway.autoscaling.streams=500")
    scaled = {
        each["spec"]["scaleTargetRef"]["name"]: each["spec"]
        for each in of_kind(manifests, "HorizontalPodAutoscaler")
    }
    assert scaled.keys() == SERVICES - ELECTED
    for name, scaling in scaled.items():
        deployment = named(manifests, "Deployment", name)["spec"]
        assert "replicas" not in deployment
        assert 2 <= scaling["minReplicas"] <= scaling["maxReplicas"]
        metrics = [next(iter(each.values())) for each in scaling["metrics"]]
        assert len(metrics) >= 2
        (container,) = deployment["template"]["spec"]["containers"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    (streams,) = [
        each["pods"] for each in scaled["api-gateway"]["metrics"] if each["type"] == "Pods"
    ]
    assert streams["metric"]["name"] == "tradewind_gateway_streams_open"
    assert streams["target"]["averageValue"] == "500"


@in_each_environment
def test_pods_of_a_service_are_spread_over_zones_and_machines(environment: str) -> None:
    for workload in workloads(render(environment)):
        spec = workload["spec"]["template"]["spec"]
        spread = spec["topologySpreadConstraints"]
        assert [each["topologyKey"] for each in spread] == [
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        ]
        for each in spread:
            assert each["labelSelector"] == workload["spec"]["selector"]


@in_each_environment
def test_trading_goes_last_when_there_is_too_little_room(environment: str) -> None:
    manifests = render(environment)
    rank = {each["metadata"]["name"]: each["value"] for each in of_kind(manifests, "PriorityClass")}
    of = {
        each["metadata"]["name"]: rank[each["spec"]["template"]["spec"]["priorityClassName"]]
        for each in workloads(manifests)
    }
    assert of["order-service"] > of["api-gateway"] > of["portfolio-service"]
    # It runs before there are any classes, at a first installation.
    assert "priorityClassName" not in named(manifests, "Job", "migrate")["spec"]["template"]["spec"]


@in_each_environment
def test_migrations_come_before_everything_with_all_that_they_need(environment: str) -> None:
    manifests = render(environment)
    job = named(manifests, "Job", "migrate")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    spec = job["spec"]["template"]["spec"]
    assert spec["containers"][0]["args"] == ["migrate"]
    before = {
        (each["kind"], each["metadata"]["name"])
        for each in manifests
        if "pre-install" in (each["metadata"].get("annotations") or {}).get("helm.sh/hook", "")
        and int(each["metadata"]["annotations"]["helm.sh/hook-weight"]) < 0
    }
    secret = "ExternalSecret" if environment != "local" else "Secret"
    assert {
        *((kind, "migrate") for kind in ("ServiceAccount", "ConfigMap", "NetworkPolicy", secret))
    } <= before
    assert spec["serviceAccountName"] == "migrate"
    assert spec["containers"][0]["envFrom"] == [{"configMapRef": {"name": "migrate"}}]


def test_each_service_gets_its_database_user_after_the_migration_that_made_its_tables() -> None:
    manifests = render("production")
    migrate, users = named(manifests, "Job", "migrate"), named(manifests, "Job", "database-users")
    weights = [
        int(each["metadata"]["annotations"]["helm.sh/hook-weight"]) for each in (migrate, users)
    ]
    assert weights == sorted(weights)
    spec = users["spec"]["template"]["spec"]
    assert spec["containers"][0]["args"] == ["database", "users"]
    fetched = {
        each["secretKey"]: each["remoteRef"]["key"]
        for each in named(manifests, "ExternalSecret", "migrate")["spec"]["data"]
    }
    (mounted,) = [each["secret"]["items"] for each in spec["volumes"] if "secret" in each]
    assert {each["key"] for each in mounted} == fetched.keys()
    with_tables = {
        name
        for name in SERVICES
        if "tradewind_database_password"
        in json.dumps(named(manifests, "ExternalSecret", name) if name != "web-ui" else {})
    }
    for name in with_tables:
        secret = f"tradewind_database_password_{name.replace('-', '_')}"
        assert fetched[secret] == f"tradewind-production/database/{name}"
    assert len(fetched) == len(with_tables) + 1 == 6
    # Scheduled jobs are the owner's, and see no password but theirs.
    owner = named(manifests, "ExternalSecret", "maintenance")["spec"]["data"]
    assert [each["secretKey"] for each in owner] == ["tradewind_database_password"]
    assert not of_kind(render("local"), "Job")[1:]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_helm_would_forget_when_it_uninstalls_is_gone_before(environment: str) -> None:
    policies = {
        f"{each['kind']} {each['metadata']['name']}": annotations["helm.sh/hook-delete-policy"]
        for each in render(environment)
        if "helm.sh/hook" in (annotations := each["metadata"].get("annotations", {}))
    }
    assert {"Job migrate", "Pod smoke-test", "ConfigMap smoke-test"} <= policies.keys()
    assert set(policies.values()) == {"before-hook-creation,hook-succeeded"}
