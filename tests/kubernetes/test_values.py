"""Values are few, documented, and refused with a sentence where they are wrong."""

import json
import subprocess

import pytest
import yaml
from tests.kubernetes.tools import CHARTS, ROOT, HelmRefused, Manifest, render

from tradewind.platform.settings import Settings
from tradewind.serving.names import ServiceName

_VENUE = (
    "global.secrets.plain.brokers.a.key=k,global.secrets.plain.brokers.a.secret=s,"
    "global.secrets.plain.brokers.a"
)
REFUSED = {
    "api-gateway.replicas=two": "'/api-gateway/replicas': got string, want integer",
    "global.colour=red": "additional properties 'colour' not allowed",
    "api-gateway.colour=red": "additional properties 'colour' not allowed",
    "ingress.colour=red": "additional properties 'colour' not allowed",
    "global.logLevel=loud": "must be one of 'debug', 'info', 'warning', 'error'",
    "global.image.tag=latest": "Name a version, for example 1.2.3.",
    "global.database.port=99999": "'/global/database/port': maximum: got 99,999, want 65,535",
    "global.edge.trustedProxies={0.0.0.0/0}": "does not match pattern",
    "global.edge.trustedProxies=null": "count all of them as one address",
    "ingress.hosts={Big.Example}": "does not match pattern",
    "ingress.controller=traefik": "must be one of 'nginx', 'community', 'alb', 'gateway'",
    "ingress.tls.source=acm": "certificates of AWS never leave its load balancers",
    "order-service.autoscaling.enabled=true": "one process of order-service works at a time",
    "api-gateway.settings.TRADEWIND_FEEED=replay": "invalid propertyName 'TRADEWIND_FEEED'",
    "api-gateway.settings.TRADEWIND_DATABASE_PASSWORD=x": "invalid propertyName",
    "api-gateway.settings.TRADEWIND_ORDERS_URL=http://x": "is made from other values",
    "global.secrets.plain.identityKey=short": "does not match pattern",
    "global.secrets.plain.databasePassword=": "global.secrets.plain.databasePassword is not set",
    "global.secrets.source=existing": "global.secrets.existing does not name the Secret",
    "global.secrets.source=external": "global.secrets.external.region is not set",
    "global.database.tls=verify-full": "nobody says whose signature",
    "global.database.certificateAuthority=/etc/authority.pem": "does not match pattern",
    "global.liveBrokers.enabled=true": "global.secrets.plain.brokers is not set",
    "global.liveBrokers.ports={0}": "minimum: got 0, want 1",
    "global.secrets.plain.brokers.a.broker=alpaca": "missing properties 'key', 'secret'",
    f"{_VENUE}.broker=etrade": "must be one of 'alpaca', 'ccxt'",
    f"{_VENUE}.broker=ccxt": "missing property 'exchange'",
    f"{_VENUE}.broker=alpaca,{_VENUE}.papre=true": "additional properties 'papre' not allowed",
    f"{_VENUE}.broker=alpaca": "global.liveBrokers.enabled is false, so that none would be reached",
    "rollout.strategy=blue": "must be one of 'rolling', 'canary'",
    "rollout.canary.shares={60}": "maximum: got 60, want 50",
    "rollout.canary.limits.errorRatio=5": "maximum: got 5, want 1",
    "rollout.canary.limits.p98Seconds=1": "additional properties 'p98Seconds' not allowed",
    "rollout.canary.secondsMax=60": "less than its seconds of 300",
    "retention.enabled=true": "global.journalArchive.claim does not name",
    "backup.enabled=true": "backup.claim does not name the PersistentVolumeClaim",
    "issuers.enabled=true": "issuers.email is not set",
    "issuers.enabled=true,issuers.email=a@b.example,issuers.challenge=dns01": "route53.region",
    "api-gateway.autoscaling.enabled=true,api-gateway.autoscaling.max=1": "less than its min of 2",
}
"""Switches for a local installation, with a part of the sentence that refuses them."""


@pytest.mark.parametrize(("switches", "sentence"), REFUSED.items(), ids=list(REFUSED))
def test_a_wrong_value_is_refused_with_a_sentence(switches: str, sentence: str) -> None:
    with pytest.raises(HelmRefused) as refused:
        render("local", switches)
    assert sentence in str(refused.value)


def leaves(values: Manifest, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for name, value in values.items():
        below = (*path, name)
        found |= leaves(value, below) if isinstance(value, dict) and value else {below}
    return found


def schema() -> Manifest:
    loaded: Manifest = json.loads((ROOT / "deploy/helm/tradewind/values.schema.json").read_text())
    return loaded


def test_the_schema_knows_every_value_and_allows_no_other() -> None:
    whole = schema()

    def known(node: Manifest, path: tuple[str, ...]) -> bool:
        if "$ref" in node:
            node = whole["$defs"][node["$ref"].rpartition("/")[2]]
        if not path:
            return True
        if "properties" not in node:
            return bool(node.get("type") in ("object", "array"))
        assert node["additionalProperties"] is False, path
        return path[0] in node["properties"] and known(node["properties"][path[0]], path[1:])

    values = yaml.safe_load((ROOT / "deploy/helm/tradewind/values.yaml").read_text())
    for name in ServiceName:
        chart = ROOT / f"deploy/helm/{name}/values.yaml"
        values[name.value] = yaml.safe_load(chart.read_text())
    for path in leaves(values):
        assert known(whole, path), ".".join(path)


def test_settings_that_values_may_name_are_those_of_the_code_but_for_secrets() -> None:
    built = json.loads((CHARTS / "tradewind/values.schema.json").read_text())
    names = set(built["$defs"]["service"]["properties"]["settings"]["propertyNames"]["enum"])
    of_the_code = {f"TRADEWIND_{name.upper()}" for name in Settings.model_fields}
    assert names <= of_the_code
    secret = of_the_code - names
    assert all(
        any(mark in name for mark in ("PASSWORD", "IDENTITY_KEY", "BROKERS")) for name in secret
    )
    assert "TRADEWIND_SMTP_PASSWORD" in secret


def test_the_tables_in_the_readme_are_those_of_the_values() -> None:
    done = subprocess.run([ROOT / "deploy/helm/write-readme", "--check"], timeout=30, check=False)
    assert done.returncode == 0, "run deploy/helm/write-readme"
