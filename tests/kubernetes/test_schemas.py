"""Kubernetes would take every object, in each environment and with each combination of switches."""

import pytest
from tests.kubernetes.schemas import VERSIONS, complaints
from tests.kubernetes.tools import CHARTS, ENVIRONMENTS, combinations, given, helm, render, template

# Switches that meet in one template are combined with each other; those that never do are not.
SECRETS = combinations(
    [
        ["global.secrets.source=plain"],
        ["global.secrets.source=existing", "global.secrets.existing=ours"],
        [
            "global.secrets.source=external",
            "global.secrets.external.prefix=p",
            "global.secrets.external.region=eu-central-1",
        ],
    ],
    [
        [
            "global.aws.identity=irsa",
            "order-service.serviceAccount.roleArn=arn:aws:iam::1:role/o",
            "maintenance.roleArn=arn:aws:iam::1:role/m",
        ],
        ["global.aws.identity=podIdentity"],
        ["global.aws.identity=none"],
    ],
    [
        ["global.database.tls=verify-full"],
        [
            "global.database.certificateAuthorityFrom.configMap=",
            "global.database.certificateAuthority=-----BEGIN CERTIFICATE-----\nbm90IG9uZQ",
        ],
        ["global.database.tls=require", "global.database.certificateAuthorityFrom.configMap="],
    ],
    [
        [],
        [
            "notification-service.settings.TRADEWIND_SMTP_USERNAME=us",
            "global.liveBrokers.enabled=true",
            *(f"global.secrets.plain.brokers.a.{each}" for each in ("broker=alpaca", "key=k")),
            "global.secrets.plain.brokers.a.secret=s",
        ],
    ],
)
_ACM = "ingress.tls.certificateArn=arn:aws:acm:a:1:certificate/b"
_ISSUER = ["issuers.enabled=true", "issuers.email=ops@tradewind.example"]
_ROUTE53 = ["issuers.challenge=dns01", "issuers.route53.region=eu-central-1"]
EDGES = combinations(
    [
        *(
            [f"ingress.controller={controller}", f"ingress.tls.source={tls}"]
            for controller in ("nginx", "community", "gateway")
            for tls in ("certManager", "secret", "none")
        ),
        ["ingress.controller=alb", "ingress.tls.source=acm", _ACM],
        ["ingress.controller=alb", "ingress.tls.source=none"],
        ["ingress.enabled=false"],
    ],
    [
        ["issuers.enabled=false", "ingress.hosts={one.example}"],
        [*_ISSUER, "ingress.hosts={one.example,two.example}", "ingress.hstsSeconds=0"],
        [*_ISSUER, *_ROUTE53],
    ],
)
REST = combinations(
    [
        ["global.monitoring.enabled=true", "global.monitoring.labels.release=prometheus"],
        ["global.monitoring.enabled=false"],
    ],
    [
        [
            "api-gateway.autoscaling.enabled=true",
            "api-gateway.autoscaling.requestsPerSecond=200",
            "api-gateway.autoscaling.streams=500",
        ],
        ["api-gateway.autoscaling.enabled=true"],
        ["api-gateway.autoscaling.enabled=false"],
    ],
    [
        ["global.priorityClasses=true"],
        [
            "global.priorityClasses=false",
            "migration.enabled=false",
            "smokeTest.enabled=false",
            "global.standbys=0",
        ],
    ],
    [
        ["reconcile.enabled=true"],
        ["reconcile.enabled=false"],
        [
            "retention.enabled=true",
            "global.journalArchive.claim=archive",
            "backup.enabled=true",
            "backup.claim=backups",
        ],
    ],
)
TRUSTED = "global.edge.trustedProxies={10.0.0.0/8}"
STORES = ["--set", "databasePassword=kV7rT2mWqX9s,valkeyPassword=pB3nZ8cYfH6j"]
GROUPS = (SECRETS, EDGES, REST)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_object_of_an_environment(environment: str, version: str) -> None:
    manifests = render(environment)
    assert len(manifests) > 50
    assert [said for each in manifests for said in complaints(each, version)] == []


# The groups are in different templates, so one rendering tries a combination of each.
@pytest.mark.parametrize("number", range(max(len(group) for group in GROUPS)))
def test_kubernetes_takes_every_combination_of_switches(number: int) -> None:
    switches = [switch for group in GROUPS for switch in group[number % len(group)]]
    found = [
        said
        for each in render("production", *switches)
        for version in VERSIONS
        for said in complaints(each, version)
    ]
    assert found == [], switches


@pytest.mark.parametrize("chart", sorted(path.parent.name for path in CHARTS.glob("*/Chart.yaml")))
def test_helm_has_nothing_to_say_about_a_chart(chart: str) -> None:
    values = STORES if chart == "local-stores" else ["--values", str(given()), "--set", TRUSTED]
    said = helm("lint", "--strict", str(CHARTS / chart), *values)
    assert "0 chart(s) failed" in said
    assert "[WARNING]" not in said


@pytest.mark.parametrize(
    "chart",
    sorted(
        path.parent.name
        for path in CHARTS.glob("*/Chart.yaml")
        if (path.parent / "templates/objects.yaml").exists()
    ),
)
def test_a_service_can_be_installed_alone(chart: str) -> None:
    manifests = template(chart, [given()], [])
    assert {"ServiceAccount", "Service", "NetworkPolicy", "PodDisruptionBudget"} <= {
        each["kind"] for each in manifests
    }
    assert [said for each in manifests for said in complaints(each, VERSIONS[-1])] == []


def test_what_kubernetes_would_refuse_is_found() -> None:
    pod = next(each for each in render("local") if each["kind"] == "Pod")
    misspelt = {**pod, "spec": {**pod["spec"], "restartpolicy": "Never"}}
    assert complaints(pod, VERSIONS[-1]) == []
    assert "restartpolicy" in complaints(misspelt, VERSIONS[-1])[0]
