"""A certificate of an ACME authority comes to the edge by the way that the charts prepare."""

import ssl
from pathlib import Path

import pytest
from tests.kubernetes.edge.clients import Visitor
from tests.kubernetes.edge.conftest import HOST, SECRET, solver_ingress
from tests.kubernetes.edge.programs import AcmeServer, Edge
from tests.kubernetes.tools import Manifest, of_kind

from tradewind.testing.waiting import free_port


def test_without_any_certificate_the_authority_cannot_even_ask(
    edge: Edge, acme: AcmeServer, visitor: Visitor, manifests: tuple[Manifest, ...]
) -> None:
    solver = free_port()
    asked = [*of_kind(manifests, "Ingress"), solver_ingress(manifests)]
    pods = {"cm-acme-http-solver:8089": [f"127.0.0.1:{solver}"]}
    edge.apply(asked, endpoints=pods, secrets={})
    with pytest.raises(ssl.SSLError):
        visitor.certificate()
    assert visitor.ask_plainly("/.well-known/acme-challenge/x").status_code == 308
    refused = acme.certify(HOST, solver)
    assert refused.returncode == 1
    assert "challenges have failed" in refused.stdout + refused.stderr


def test_with_the_temporary_one_the_authority_asks_through_the_edge_and_gives_a_real_one(
    edge: Edge, visitor: Visitor, certificate: Path, temporary: Path
) -> None:
    # The certificate was given while the temporary one was shown, which nobody else trusts.
    edge.apply(edge.ingresses, secrets={SECRET: temporary})
    with pytest.raises(ssl.SSLCertVerificationError):
        visitor.certificate()
    edge.apply(edge.ingresses, secrets={SECRET: certificate})
    assert visitor.certificate()["subjectAltName"] == (("DNS", HOST),)


def test_the_certificate_is_not_good_without_the_authoritys_root(
    edge: Edge, visitor: Visitor, certificate: Path, temporary: Path
) -> None:
    edge.apply(edge.ingresses, secrets={SECRET: certificate})
    other = Visitor(HOST, visitor.http_port, visitor.https_port, root=temporary)
    with pytest.raises(ssl.SSLCertVerificationError):
        other.certificate()
