"""A canary's pods serve behind the platform's own names, and nothing else of it is touched."""

import pytest
from tests.kubernetes.pod_security import violations
from tests.kubernetes.schemas import VERSIONS, complaints
from tests.kubernetes.tools import (
    ENVIRONMENTS,
    HelmRefused,
    Manifest,
    named,
    of_kind,
    render,
    render_canary,
    template,
)

in_each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)


def the_deployment(environment: str) -> Manifest:
    return named(render_canary(environment), "Deployment", "api-gateway-canary")["spec"]


def chosen(selector: Manifest, labels: Manifest) -> bool:
    return bool(selector.items() <= labels.items())


@in_each_environment
def test_canary_is_pods_and_what_they_are_told_and_nothing_else(environment: str) -> None:
    kept = {"Secret"} if environment == "local" else {"ExternalSecret", "SecretStore"}
    made = render_canary(environment)
    assert {each["kind"] for each in made} == {"Deployment", "ConfigMap", *kept}
    # Nothing that the platform's own release has, or helm would refuse it.
    own = {(each["kind"], each["metadata"]["name"]) for each in render(environment)}
    assert own.isdisjoint((each["kind"], each["metadata"]["name"]) for each in made)


@pytest.mark.parametrize("version", VERSIONS)
@in_each_environment
def test_kubernetes_would_take_it(environment: str, version: str) -> None:
    found = [each for made in render_canary(environment) for each in complaints(made, version)]
    assert found == []
    assert violations(the_deployment(environment)["template"]) == []


@in_each_environment
def test_pods_of_both_get_requests_and_keep_to_the_same_policies(environment: str) -> None:
    platform = render(environment)
    labels = the_deployment(environment)["template"]["metadata"]["labels"]
    assert chosen(named(platform, "Service", "api-gateway")["spec"]["selector"], labels)
    holding = {
        each["metadata"]["name"]
        for each in of_kind(platform, "NetworkPolicy")
        if chosen(each["spec"]["podSelector"].get("matchLabels", {}), labels)
    }
    assert holding == {"default-deny", "api-gateway"}


@in_each_environment
def test_services_let_it_in_as_they_let_in_any_gateway(environment: str) -> None:
    platform = render(environment)
    stable = named(platform, "Deployment", "api-gateway")["spec"]["template"]["metadata"]["labels"]
    canary = the_deployment(environment)["template"]["metadata"]["labels"]

    def reached(labels: Manifest) -> set[str]:
        return {
            policy["metadata"]["name"]
            for policy in of_kind(platform, "NetworkPolicy")
            for rule in policy["spec"].get("ingress", [])
            for peer in rule["from"]
            if "namespaceSelector" not in peer
            and chosen(peer.get("podSelector", {}).get("matchLabels", {"no": "pod"}), labels)
        }

    assert reached(canary) == reached(stable)
    assert {"account-service", "order-service", "market-data-service"} <= reached(canary)


@in_each_environment
def test_neither_counts_the_pods_of_the_other_as_its_own(environment: str) -> None:
    platform = render(environment)
    stable, canary = (
        named(platform, "Deployment", "api-gateway")["spec"],
        the_deployment(environment),
    )
    for one, other in ((stable, canary), (canary, stable)):
        pods = one["template"]["metadata"]["labels"]
        assert chosen(one["selector"]["matchLabels"], pods)
        assert not chosen(other["selector"]["matchLabels"], pods)
    # A machine may be emptied of it at any time: the others suffice.
    budget = named(platform, "PodDisruptionBudget", "api-gateway")["spec"]
    assert not chosen(budget["selector"]["matchLabels"], canary["template"]["metadata"]["labels"])


@in_each_environment
def test_selectors_of_what_is_installed_already_stay_as_they_are(environment: str) -> None:
    """Kubernetes refuses another selector for a Deployment or StatefulSet that is there."""
    for each in of_kind(render(environment), "Deployment", "StatefulSet"):
        assert each["spec"]["selector"]["matchLabels"] == {
            "app.kubernetes.io/name": each["metadata"]["name"],
            "app.kubernetes.io/instance": "tradewind",
        }


@in_each_environment
def test_pods_are_those_of_the_whole_but_for_their_names(environment: str) -> None:
    stable = named(render(environment), "Deployment", "api-gateway")["spec"]["template"]["spec"]
    canary = the_deployment(environment)["template"]["spec"]
    assert canary["serviceAccountName"] == stable["serviceAccountName"] == "api-gateway"
    assert canary["priorityClassName"] == stable["priorityClassName"]
    (mine,), (theirs,) = canary["containers"], stable["containers"]
    assert mine["envFrom"] == [{"configMapRef": {"name": "api-gateway-canary"}}]
    assert mine == {**theirs, "envFrom": mine["envFrom"]}
    settings = named(render_canary(environment), "ConfigMap", "api-gateway-canary")["data"]
    assert settings == named(render(environment), "ConfigMap", "api-gateway")["data"]


def test_script_says_how_many_there_are_and_no_autoscaler() -> None:
    assert the_deployment("production")["replicas"] == 2
    assert not of_kind(render_canary("production"), "HorizontalPodAutoscaler")


@pytest.mark.parametrize("service", ["web-ui", "order-service", "account-service"])
def test_service_that_has_no_numbers_or_one_leader_has_no_canary(service: str) -> None:
    with pytest.raises(HelmRefused, match=f"{service} has no canary"):
        template(service, [], ["canaryOf=tradewind"])


def test_whole_platform_is_no_canary() -> None:
    with pytest.raises(HelmRefused, match="a canary is a release of the chart api-gateway alone"):
        render("local", "api-gateway.canaryOf=tradewind")
