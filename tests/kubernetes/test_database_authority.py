"""Whose signature on PostgreSQL's certificate to believe: a ConfigMap of somebody's, or a file."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.kubernetes.tools import (
    CHARTS,
    HelmRefused,
    Manifest,
    given,
    helm,
    named,
    of_kind,
    pods,
    render,
    values_file,
)

PEM = "-----BEGIN CERTIFICATE-----\nbm90IG9uZQ\n-----END CERTIFICATE-----"
WITH_FILE = (
    "global.database.tls=verify-full",
    f"global.database.certificateAuthority={PEM}",
)
BY_NAME = (
    "global.database.tls=verify-full",
    "global.database.certificateAuthorityFrom.configMap=bundle",
    "global.database.certificateAuthorityFrom.key=global.pem",
)


def users_of_the_database(manifests: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """Return the pods that are told where PostgreSQL is."""
    told = {
        each["metadata"]["name"]
        for each in of_kind(manifests, "ConfigMap")
        if "TRADEWIND_DATABASE_URL" in each["data"]
    }
    return {
        name: pod
        for name, pod in pods(manifests)
        if pod["metadata"]["labels"]["app.kubernetes.io/name"] in told
    }


@pytest.mark.parametrize("switches", [WITH_FILE, BY_NAME])
def test_everyone_who_uses_the_database_has_the_certificate_where_its_address_says(
    switches: tuple[str, ...],
) -> None:
    manifests = render("local", *switches, "backup.enabled=true", "backup.claim=dumps")
    users = users_of_the_database(manifests)
    assert len(users) >= 7
    for name, pod in users.items():
        config = named(manifests, "ConfigMap", pod["metadata"]["labels"]["app.kubernetes.io/name"])
        assert config["data"]["TRADEWIND_DATABASE_URL"].endswith(
            "sslmode=verify-full&sslrootcert=/etc/tradewind/authority/database.pem"
        )
        (volume,) = [each for each in pod["spec"]["volumes"] if each["name"] == "authority"]
        (container,) = pod["spec"]["containers"]
        paths = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert paths["authority"] == "/etc/tradewind/authority"
        (item,) = volume["configMap"]["items"]
        assert item["path"] == "database.pem"
        if switches is BY_NAME:
            assert (volume["configMap"]["name"], item["key"]) == ("bundle", "global.pem")
        else:
            held = named(manifests, "ConfigMap", volume["configMap"]["name"])
            assert held["data"][item["key"]] == PEM, name


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_on_aws_an_upgrade_needs_no_file(environment: str) -> None:
    manifests = render(environment)
    users = users_of_the_database(manifests)
    assert len(users) >= 7
    for pod in users.values():
        (volume,) = [each for each in pod["spec"]["volumes"] if each["name"] == "authority"]
        assert volume["configMap"]["name"] == "database-authority"
    assert not [each for each in of_kind(manifests, "ConfigMap") if "database.pem" in each["data"]]


def test_two_certificates_are_refused() -> None:
    with pytest.raises(HelmRefused, match=r"\(bundle\) are both set. Keep one of them"):
        render("local", *WITH_FILE, *BY_NAME)


def discovery() -> dict[str, Manifest]:
    """Return what a cluster says of itself that knows every kind of production's objects."""
    kinds: dict[str, set[str]] = {}
    for each in render("production"):
        kinds.setdefault(each["apiVersion"], set()).add(each["kind"])
    answers: dict[str, Manifest] = {
        "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
    }
    groups = []
    for version, names in kinds.items():
        resources = [
            {"name": f"{name.lower()}s", "namespaced": True, "kind": name, "verbs": ["get"]}
            for name in sorted(names)
        ]
        path = "/api/v1" if version == "v1" else f"/apis/{version}"
        listed = {"kind": "APIResourceList", "groupVersion": version, "resources": resources}
        answers[path] = listed
        if version != "v1":
            served = {"groupVersion": version, "version": version.partition("/")[2]}
            group = {"versions": [served], "preferredVersion": served}
            groups.append({"name": version.partition("/")[0], **group})
    answers["/apis"] = {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    return answers


@contextmanager
def cluster(objects: dict[str, Manifest]) -> Iterator[str]:
    """Answer as the interface of a cluster that has some ConfigMaps and nothing else."""

    discovered = discovery()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            found = discovered.get(path)
            prefix = "/api/v1/namespaces/tradewind/configmaps/"
            if found is None and path.startswith(prefix):
                found = objects.get(path.removeprefix(prefix))
            missing = {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}
            body = json.dumps(found or missing).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what matters is what helm says."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def config_map(name: str, **data: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def render_for(cluster_url: str) -> str:
    """Return production's objects as an upgrade would make them."""
    return helm(
        *("template", "tradewind", str(CHARTS / "tradewind"), "--namespace", "tradewind"),
        *("--values", str(values_file("production")), "--values", str(given())),
        *("--dry-run=server", "--kube-apiserver", cluster_url, "--disable-openapi-validation"),
    )


def test_a_config_map_that_a_cluster_has_not_is_refused_before_pods_wait_for_it() -> None:
    every_namespace = {"kube-root-ca.crt": config_map("kube-root-ca.crt")}
    with (
        cluster(every_namespace) as url,
        pytest.raises(HelmRefused, match="kubectl create configmap database-authority -n trade"),
    ):
        render_for(url)
    there = config_map("database-authority", **{"database.pem": PEM})
    with cluster({**every_namespace, "database-authority": there}) as url:
        first = render_for(url)
    other = config_map("database-authority", **{"database.pem": PEM + "\n"})
    with cluster({**every_namespace, "database-authority": other}) as url:
        assert render_for(url) != first, "another certificate makes new pods"
