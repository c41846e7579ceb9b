"""Requests from outside come to the right service, over TLS, within bounds, by every controller."""

import json
from collections.abc import Iterable

import pytest
from tests.kubernetes.tools import ROOT, Manifest, named, of_kind, render

ACM = "arn:aws:acm:eu-central-1:123456789012:certificate/0"
WITH_TLS = {
    "nginx": ("ingress.controller=nginx", "ingress.tls.source=certManager"),
    "community": ("ingress.controller=community", "ingress.tls.source=certManager"),
    "alb": (
        "ingress.controller=alb",
        "ingress.tls.source=acm",
        f"ingress.tls.certificateArn={ACM}",
    ),
    "gateway": ("ingress.controller=gateway", "ingress.tls.source=certManager"),
}
with_each_controller = pytest.mark.parametrize("controller", WITH_TLS)
Route = tuple[str, str, str, int]
"""How a path is matched (Exact or Prefix), the path, the service and its port."""


def routes(manifests: Iterable[Manifest]) -> list[Route]:
    """Return every route of one host."""
    found = []
    for ingress in of_kind(manifests, "Ingress"):
        for path in ingress["spec"]["rules"][0].get("http", {}).get("paths", []):
            service = path["backend"]["service"]
            port = service["port"]["number"]
            found.append((path["pathType"], path["path"], service["name"], port))
    for route in of_kind(manifests, "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            for match in rule.get("matches", []):
                (backend,) = rule["backendRefs"]
                kind = match["path"]["type"].removeprefix("Path")
                found.append((kind, match["path"]["value"], backend["name"], backend["port"]))
    return found


def service_of(path: str, found: list[Route]) -> tuple[str, int]:
    """Return where a path goes: an exact route first, then the longest prefix of whole parts."""

    def fits(route: Route) -> bool:
        kind, prefix, _, _ = route
        if kind == "Exact":
            return path == prefix
        return f"{path}/".startswith(prefix if prefix.endswith("/") else f"{prefix}/")

    best = max(filter(fits, found), key=lambda route: (route[0] == "Exact", len(route[1])))
    return best[2], best[3]


@with_each_controller
def test_the_api_goes_to_the_gateway_and_everything_else_to_the_terminal(controller: str) -> None:
    found = routes(render("local", *WITH_TLS[controller]))
    for path in ("/api", "/api/v2/orders", "/api/tradewind/v1/sign-in", "/api/docs"):
        assert service_of(path, found) == ("api-gateway", 8000), path
    for path in ("/", "/assets/index.js", "/orders", "/apis"):
        assert service_of(path, found) == ("web-ui", 3000), path


@with_each_controller
def test_what_the_gateway_tells_its_machines_is_not_told_to_the_world(controller: str) -> None:
    found = routes(render("local", *WITH_TLS[controller]))
    for path in ("/metrics", "/api/metrics", "/healthz/ready", "/api/healthz/ready"):
        assert service_of(path, found) == ("web-ui", 3000), path


@with_each_controller
def test_every_stream_of_the_gateway_has_a_route_of_its_own(controller: str) -> None:
    document = json.loads((ROOT / "docs/openapi/gateway.json").read_text())
    streams = {f"/api{path}" for path in document["x-websockets"]}
    found = routes(render("local", *WITH_TLS[controller]))
    exact = {path for kind, path, *to in found if (kind, to[0]) == ("Exact", "api-gateway")}
    assert exact - {"/api"} == streams
    for path in streams:
        assert service_of(path, found) == ("api-gateway", 8000)


@with_each_controller
def test_nothing_is_rewritten(controller: str) -> None:
    for each in of_kind(render("local", *WITH_TLS[controller]), "Ingress", "HTTPRoute"):
        assert "rewrite" not in json.dumps(each).lower()


def annotations(manifests: Iterable[Manifest], name: str) -> dict[str, str]:
    found: dict[str, str] = named(manifests, "Ingress", name)["metadata"]["annotations"]
    return found


def test_f5s_controller_redirects_bounds_and_says_hsts() -> None:
    manifests = render("local", *WITH_TLS["nginx"])
    master = annotations(manifests, "tradewind")
    assert master["nginx.org/mergeable-ingress-type"] == "master"
    assert (master["nginx.org/ssl-redirect"], master["nginx.org/http-redirect-code"]) == (
        "True",
        "308",
    )
    assert (master["nginx.org/hsts"], master["nginx.org/hsts-max-age"]) == ("True", "31536000")
    assert master["nginx.org/client-max-body-size"] == "1m"
    assert "cert-manager.io/cluster-issuer" not in master
    requests = annotations(manifests, "tradewind-requests")
    assert requests["nginx.org/proxy-read-timeout"] == "60s"
    assert requests["nginx.org/limit-req-rate"] == "400r/s"
    assert requests["nginx.org/limit-req-reject-code"] == "429"
    streams = annotations(manifests, "tradewind-streams")
    assert streams["nginx.org/websocket-services"] == "api-gateway"
    assert streams["nginx.org/proxy-read-timeout"] == "3600s"


def test_f5s_controller_gets_one_master_without_paths_for_each_host() -> None:
    manifests = render("local", *WITH_TLS["nginx"], "ingress.hosts={one.example,two.example}")
    kinds: dict[str, list[str]] = {"master": [], "minion": []}
    for ingress in of_kind(manifests, "Ingress"):
        kind = ingress["metadata"]["annotations"]["nginx.org/mergeable-ingress-type"]
        (rule,) = ingress["spec"]["rules"]
        kinds[kind].append(rule["host"])
        assert ("http" in rule) == (kind == "minion")
        assert ("tls" in ingress["spec"]) == (kind == "master")
    assert kinds["master"] == ["one.example", "two.example"]
    assert sorted(kinds["minion"]) == ["one.example"] * 3 + ["two.example"] * 3
    secrets = [
        each["spec"]["tls"][0]["secretName"]
        for each in of_kind(manifests, "Ingress")
        if "tls" in each["spec"]
    ]
    assert len(set(secrets)) == 2


def test_f5s_controller_has_a_temporary_certificate_until_the_authority_has_asked() -> None:
    manifests = render("local", *WITH_TLS["nginx"], "ingress.hosts={one.example,two.example}")
    asked = of_kind(manifests, "Certificate")
    hosts = {}
    for ingress in of_kind(manifests, "Ingress"):
        for tls in ingress["spec"].get("tls", []):
            hosts[tls["secretName"]] = tls["hosts"]
    assert {each["spec"]["secretName"]: each["spec"]["dnsNames"] for each in asked} == hosts
    for each in asked:
        told = each["metadata"]["annotations"]
        assert told["cert-manager.io/issue-temporary-certificate"] == "true"
        assert each["spec"]["issuerRef"]["name"] == "letsencrypt-production"
    for controller in ("community", "gateway"):
        assert of_kind(render("local", *WITH_TLS[controller]), "Certificate") == []


def test_the_communitys_controller_has_the_same_bounds() -> None:
    manifests = render("local", *WITH_TLS["community"])
    requests = annotations(manifests, "tradewind")
    prefix = "nginx.ingress.kubernetes.io"
    assert requests[f"{prefix}/ssl-redirect"] == "true"
    assert requests[f"{prefix}/proxy-body-size"] == "1m"
    assert requests[f"{prefix}/proxy-read-timeout"] == "60"
    assert requests[f"{prefix}/limit-rps"] == "400"
    streams = annotations(manifests, "tradewind-streams")
    assert streams[f"{prefix}/proxy-read-timeout"] == "3600"
    assert f"{prefix}/limit-rps" not in streams


def test_a_load_balancer_of_aws_redirects_takes_its_certificate_and_says_hsts() -> None:
    manifests = render("production")
    told = annotations(manifests, "tradewind")
    prefix = "alb.ingress.kubernetes.io"
    assert told[f"{prefix}/ssl-redirect"] == "443"
    assert told[f"{prefix}/certificate-arn"].startswith("arn:aws:acm:")
    assert "idle_timeout.timeout_seconds=3600" in told[f"{prefix}/load-balancer-attributes"]
    assert "max-age=31536000" in told[f"{prefix}/listener-attributes.HTTPS-443"]
    # It has heard of a pod's end before the pod ends.
    assert told[f"{prefix}/target-group-attributes"].endswith("timeout_seconds=20")


def test_routes_of_the_gateway_api_redirect_and_say_hsts() -> None:
    manifests = render("local", *WITH_TLS["gateway"])
    redirect = named(manifests, "HTTPRoute", "tradewind-redirect")["spec"]
    assert redirect["parentRefs"][0]["sectionName"] == "http"
    assert redirect["rules"][0]["filters"][0]["requestRedirect"]["scheme"] == "https"
    route = named(manifests, "HTTPRoute", "tradewind")["spec"]
    assert route["parentRefs"][0]["sectionName"] == "https"
    for rule in route["rules"]:
        (added,) = rule["filters"][0]["responseHeaderModifier"]["set"]
        assert added["name"] == "Strict-Transport-Security"
    assert [rule["timeouts"]["request"] for rule in route["rules"]] == ["3600s", "60s", "60s"]


def test_without_tls_nothing_redirects_and_no_browser_is_told_to_insist_on_it() -> None:
    for controller in ("nginx", "community", "alb", "gateway"):
        switches = (f"ingress.controller={controller}", "ingress.tls.source=none")
        edge = json.dumps(of_kind(render("local", *switches), "Ingress", "HTTPRoute"))
        assert "max-age" not in edge
        assert "hsts" not in edge
        assert 'ssl-redirect": "true' not in edge.lower()
        assert "RequestRedirect" not in edge


def test_the_gateway_believes_the_proxies_that_are_named_and_no_others() -> None:
    told = named(render("production"), "ConfigMap", "api-gateway")["data"]
    assert told["TRADEWIND_TRUSTED_PROXIES"] == "10.0.0.0/16"


@pytest.mark.parametrize("controller", ["nginx", "gateway"])
def test_lets_encrypt_asks_by_http_through_the_same_controller(controller: str) -> None:
    manifests = render(
        "local", *WITH_TLS[controller], "issuers.enabled=true", "issuers.email=ops@example.com"
    )
    issuers = of_kind(manifests, "ClusterIssuer")
    assert {each["metadata"]["name"] for each in issuers} == {
        "letsencrypt-staging",
        "letsencrypt-production",
    }
    for issuer in issuers:
        acme = issuer["spec"]["acme"]
        assert ("staging" in acme["server"]) == issuer["metadata"]["name"].endswith("staging")
        (solver,) = acme["solvers"]
        assert ("gatewayHTTPRoute" in solver["http01"]) == (controller == "gateway")
        if controller == "nginx":
            marked = solver["http01"]["ingress"]["ingressTemplate"]["metadata"]["annotations"]
            assert marked == {"nginx.org/mergeable-ingress-type": "minion"}
