"""The charts say nothing to F5's controller that it would ignore or that has not been tried."""

import copy
from pathlib import Path

import pytest
import yaml
from tests.kubernetes.edge.annotations import NotTranslated
from tests.kubernetes.edge.f5_controller import Place, configuration
from tests.kubernetes.edge.programs import check, find
from tests.kubernetes.tools import ROOT, Manifest, combinations, named, of_kind, render

from tradewind.testing.waiting import free_port

FORMS = combinations(
    [[f"ingress.tls.source={source}"] for source in ("certManager", "secret", "none")],
    [[], ["ingress.hstsSeconds=0"]],
    [["ingress.hosts={one.example}"], ["ingress.hosts={one.example,two.example}"]],
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    values = yaml.safe_load((ROOT / "deploy/helm/platform/nginx-ingress.yaml").read_text())
    return Place(tmp_path, free_port(), free_port(), values["controller"]["config"]["entries"])


@pytest.fixture
def ingresses() -> list[Manifest]:
    """Return Ingresses that a test may change."""
    return copy.deepcopy(of_kind(render("local", *FORMS[0]), "Ingress"))


@pytest.mark.parametrize("switches", FORMS, ids=" ".join)
def test_nginx_takes_what_becomes_of_every_form_of_the_ingress(
    switches: tuple[str, ...], place: Place
) -> None:
    text = configuration(of_kind(render("local", *switches), "Ingress"), place)
    hosts = 2 if "two.example" in switches[-1] else 1
    assert text.count("server_name ") == hosts + 1
    assert text.count(" return 308 ") == (0 if switches[0].endswith("none") else hosts)
    told_hsts = "none" not in switches[0] and "ingress.hstsSeconds=0" not in switches
    assert text.count("add_header Strict-Transport-Security") == hosts * told_hsts
    if find("nginx") is None:
        pytest.skip("NGINX IS NOT ASKED: there is no nginx; .ci/system-packages nginx")
    file = place.folder / "nginx.conf"
    file.write_text(text)
    check(file)


def test_an_annotation_that_nobody_has_tried_is_refused(place: Place) -> None:
    more = (*FORMS[0], "ingress.annotations.nginx\\.org/lb-method=ip_hash")
    with pytest.raises(NotTranslated, match=r"nginx.org/lb-method of tradewind is not known"):
        configuration(of_kind(render("local", *more), "Ingress"), place)


@pytest.mark.parametrize(
    ("name", "annotation", "value"),
    [
        ("tradewind-web", "nginx.org/hsts", "True"),
        ("tradewind-streams", "nginx.org/ssl-redirect", "True"),
        ("tradewind", "nginx.org/websocket-services", "api-gateway"),
    ],
)
def test_an_annotation_where_the_controller_would_ignore_it_is_refused(
    ingresses: list[Manifest], place: Place, name: str, annotation: str, value: str
) -> None:
    named(ingresses, "Ingress", name)["metadata"]["annotations"][annotation] = value
    with pytest.raises(NotTranslated, match=f"{annotation} of {name} is of no use on a m"):
        configuration(ingresses, place)


def test_a_value_that_the_controller_could_not_read_is_refused(
    ingresses: list[Manifest], place: Place
) -> None:
    named(ingresses, "Ingress", "tradewind")["metadata"]["annotations"]["nginx.org/hsts"] = "yes"
    with pytest.raises(NotTranslated, match="'yes' is no boolean"):
        configuration(ingresses, place)


def test_paths_without_their_host_and_a_host_without_paths_are_refused(
    ingresses: list[Manifest], place: Place
) -> None:
    master = named(ingresses, "Ingress", "tradewind")
    for half in ([master], [each for each in ingresses if each is not master]):
        with pytest.raises(NotTranslated, match="masters of"):
            configuration(half, place)


def test_a_setting_of_the_controller_that_nobody_has_tried_is_refused(
    ingresses: list[Manifest], place: Place
) -> None:
    more = {**place.controller, "proxy-protocol": "True"}
    with pytest.raises(NotTranslated, match="proxy-protocol"):
        configuration(ingresses, Place(place.folder, 80, 443, more))
