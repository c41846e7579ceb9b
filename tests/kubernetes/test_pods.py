"""Every pod is bounded, hardened and watched, and made anew when what it was told has changed."""

import re

import pytest
from tests.kubernetes.tools import ENVIRONMENTS, Manifest, named, of_kind, pods, render, workloads

in_each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


def beyond_the_standard(pod: Manifest) -> list[str]:
    """Return what `restricted` would allow, and we do not."""
    security = pod["spec"]["securityContext"]
    found = []
    if not security.get("runAsUser"):
        found.append("the image says as whom it runs")
    if security["seccompProfile"]["type"] != "RuntimeDefault":
        found.append("a seccomp profile of its node")
    for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
        own = container["securityContext"]
        if own.get("readOnlyRootFilesystem") is not True:
            found.append("may write to its image")
        if "add" in own["capabilities"]:
            found.append("has a capability")
    return found


@in_each_environment
def test_every_pod_is_hardened_beyond_the_standard(environment: str) -> None:
    found = {name: beyond_the_standard(pod) for name, pod in pods(render(environment))}
    assert len(found) >= 9
    assert {name: each for name, each in found.items() if each} == {}


@in_each_environment
def test_no_pod_holds_a_token_of_the_cluster(environment: str) -> None:
    for name, pod in pods(render(environment)):
        assert pod["spec"]["automountServiceAccountToken"] is False, name
        assert pod["spec"]["enableServiceLinks"] is False, name
    for account in of_kind(render(environment), "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


@in_each_environment
def test_every_container_has_requests_and_limits(environment: str) -> None:
    for name, pod in pods(render(environment)):
        for container in pod["spec"]["containers"]:
            for bound in ("requests", "limits"):
                assert container["resources"][bound].keys() == {"cpu", "memory"}, name


@in_each_environment
def test_every_image_is_named_with_a_version(environment: str) -> None:
    for name, pod in pods(render(environment)):
        for container in pod["spec"]["containers"]:
            assert re.fullmatch(r".+/[a-z-]+:(?!latest)[\w.-]+", container["image"]), name


@in_each_environment
def test_every_pod_that_serves_is_probed_and_has_time_to_start(environment: str) -> None:
    for workload in workloads(render(environment)):
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        start = container["startupProbe"]
        assert start["periodSeconds"] * start["failureThreshold"] >= 30
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz/live"
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] == "http"
            assert container[probe]["timeoutSeconds"] >= 3
        if workload["kind"] == "Deployment":
            assert workload["spec"]["progressDeadlineSeconds"] >= (
                start["periodSeconds"] * start["failureThreshold"]
            )


@in_each_environment
def test_a_pod_is_killed_only_after_it_could_end_by_itself(environment: str) -> None:
    manifests = render(environment)
    settings = {each["metadata"]["name"]: each["data"] for each in of_kind(manifests, "ConfigMap")}
    for workload in workloads(manifests):
        spec = workload["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        waits = container.get("lifecycle", {"preStop": {"sleep": {"seconds": 0}}})
        told = settings.get(workload["metadata"]["name"], {})
        drain_s = float(told.get("TRADEWIND_DRAIN_TIMEOUT_S", 10))
        needed = waits["preStop"]["sleep"]["seconds"] + drain_s + 10
        assert spec["terminationGracePeriodSeconds"] >= needed
        # An elected service hands over at once; whatever is behind a proxy serves on for a while.
        assert ("lifecycle" in container) == (workload["kind"] == "Deployment")


def checksums(*switches: str) -> dict[str, dict[str, str]]:
    return {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["annotations"]
        for each in workloads(render("local", *switches))
    }


def changed(*switches: str) -> set[str]:
    before, after = checksums(), checksums(*switches)
    return {name for name in before if before[name] != after[name]}


def test_a_changed_secret_makes_new_pods_of_the_services_that_have_it_and_of_no_other() -> None:
    database = changed("global.secrets.plain.databasePassword=zQ8mB4kXs2vN6tHy")
    assert database == {
        *("account-service", "order-service", "market-data-service"),
        *("portfolio-service", "notification-service"),
    }
    identity = changed("global.secrets.plain.identityKey=90c1e7d2a6b84f35a9d1c40e7b6f283acd95")
    assert identity == {*database, "api-gateway"}


def test_a_changed_setting_makes_new_pods_of_its_service() -> None:
    assert changed("market-data-service.settings.TRADEWIND_FEED=replay") == {"market-data-service"}


def test_a_service_sees_the_secrets_that_it_needs_and_no_others() -> None:
    seen = {}
    for workload in workloads(
        render("local", "global.secrets.source=existing", "global.secrets.existing=ours")
    ):
        for volume in workload["spec"]["template"]["spec"]["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["secretName"] == "ours"
                seen[workload["metadata"]["name"]] = {
                    each["key"] for each in volume["secret"]["items"]
                }
    database, valkey, identity = (
        f"tradewind_{name}" for name in ("database_password", "valkey_password", "identity_key")
    )
    assert seen == {
        "api-gateway": {valkey, identity},
        "account-service": {database, identity},
        "order-service": {database, valkey, identity},
        "market-data-service": {database, valkey, identity},
        "portfolio-service": {database, identity},
        "notification-service": {database, valkey, identity},
    }


def test_a_role_of_aws_is_on_the_account_of_its_service_alone() -> None:
    arn = "arn:aws:iam::123456789012:role/orders"
    for identity, expected in (("irsa", {"order-service"}), ("podIdentity", set())):
        manifests = render(
            "staging",
            f"global.aws.identity={identity}",
            f"order-service.serviceAccount.roleArn={arn}",
        )
        accounts = of_kind(manifests, "ServiceAccount")
        annotated = {
            each["metadata"]["name"]
            for each in accounts
            if (each["metadata"].get("annotations") or {}).get("eks.amazonaws.com/role-arn") == arn
        }
        assert annotated == expected
        store = named(manifests, "SecretStore", "order-service")["spec"]["provider"]["aws"]
        assert ("auth" in store) == (identity == "irsa")
