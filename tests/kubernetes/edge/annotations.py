"""What F5's NGINX Ingress Controller makes of the annotations of an Ingress.

Its rules are those of its own source, ``internal/configs/annotations.go`` of version 5.4: which
annotation a master may have, which a minion, which one a minion takes over from its master. Every
annotation that the charts set is named here. Another one is refused: nobody would have tried it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.kubernetes.tools import Manifest

KIND = "nginx.org/mergeable-ingress-type"
_OF_A_HOST = frozenset(
    f"nginx.org/{name}"
    for name in (
        "server-tokens",
        "ssl-redirect",
        "http-redirect-code",
        "hsts",
        "hsts-max-age",
        "hsts-include-subdomains",
    )
)
"""A minion that has one of these is complained about, and the annotation ignored."""
_OF_PATHS = frozenset(
    f"nginx.org/{name}"
    for name in (
        "websocket-services",
        "proxy-next-upstream",
        "proxy-next-upstream-tries",
        "proxy-next-upstream-timeout",
    )
)
"""What holds for a minion's own paths alone; a master has no paths."""
_INHERITED = frozenset(
    f"nginx.org/{name}"
    for name in (
        "client-max-body-size",
        "proxy-connect-timeout",
        "proxy-read-timeout",
        "proxy-send-timeout",
        "proxy-buffering",
        "limit-req-rate",
        "limit-req-key",
        "limit-req-zone-size",
        "limit-req-burst",
        "limit-req-no-delay",
        "limit-req-reject-code",
    )
)
"""What a minion takes over from its master, unless it says otherwise."""
NOT_FOR_THE_CONTROLLER = {
    "nginx.ingress.kubernetes.io/whitelist-source-range": (
        "cert-manager writes it on its solvers, for the community's controller"
    ),
}
"""Annotations that this controller does not read, and why they are there all the same."""
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


class NotTranslated(Exception):
    """The controller would ignore this, or nobody has said here what it makes of it."""


def boolean(name: str, value: str) -> bool:
    """Return what the controller reads as a boolean; raises ``NotTranslated``."""
    if value not in _TRUE | _FALSE:
        raise NotTranslated(f"{name}: {value!r} is no boolean")
    return value in _TRUE


@dataclass(frozen=True)
class Annotations:
    """The annotations of one Ingress, with those that it takes over."""

    given: Mapping[str, str]

    def text(self, name: str, usual: str = "") -> str:
        """Return an annotation of the controller's, or what holds without it."""
        return self.given.get(f"nginx.org/{name}", usual)

    def says(self, name: str, *, usual: bool) -> bool:
        """Return a boolean one; raises ``NotTranslated`` when it is none."""
        value = self.text(name)
        return boolean(name, value) if value else usual


def of_master(ingress: Manifest) -> Annotations:
    """Return what holds for a host; raises ``NotTranslated``."""
    return Annotations(_known(ingress, "master", _OF_A_HOST | _INHERITED))


def of_minion(ingress: Manifest, master: Annotations) -> Annotations:
    """Return what holds for a minion's paths; raises ``NotTranslated``."""
    inherited = {name: value for name, value in master.given.items() if name in _INHERITED}
    return Annotations(inherited | _known(ingress, "minion", _OF_PATHS | _INHERITED))


def kind_of(ingress: Manifest) -> str:
    """Return ``master`` or ``minion``; raises ``NotTranslated`` when it stands alone."""
    kind: str = ingress["metadata"].get("annotations", {}).get(KIND, "")
    if kind not in ("master", "minion"):
        raise NotTranslated(f"{ingress['metadata']['name']} is neither master nor minion")
    return kind


def _known(ingress: Manifest, kind: str, allowed: frozenset[str]) -> dict[str, str]:
    given: dict[str, str] = ingress["metadata"]["annotations"]
    for name in sorted(set(given) - allowed - {KIND} - set(NOT_FOR_THE_CONTROLLER)):
        known = _OF_A_HOST | _OF_PATHS | _INHERITED
        why = f"of no use on a {kind}" if name in known else "not known here"
        raise NotTranslated(f"{name} of {ingress['metadata']['name']} is {why}")
    return given
