"""Renders Ingresses into ``nginx.conf`` as F5's NGINX Ingress Controller does.

The rules are those of its templates ``nginx.tmpl`` and ``nginx.ingress.tmpl`` (version 5.4), and of
what is usual without an annotation in ``config_params.go``. Ports 80 and 443 become two ports of
this machine, pods the addresses where the services run here, Secrets files.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from tests.kubernetes.edge.annotations import (
    Annotations,
    NotTranslated,
    boolean,
    kind_of,
    of_master,
    of_minion,
)
from tests.kubernetes.tools import Manifest

NAMESPACE = "tradewind"
_OF_THE_CONTROLLER = frozenset({
    "set-real-ip-from",
    "real-ip-header",
    "real-ip-recursive",
    "server-tokens",
    "ssl-protocols",
    "log-format-escaping",
})  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where things are on this machine; ``controller`` are the entries of its ConfigMap."""

    folder: Path
    http_port: int
    https_port: int
    controller: Mapping[str, str]
    endpoints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Addresses of the pods behind ``service:port``."""
    secrets: Mapping[str, Path] = field(default_factory=dict)
    """A file with certificate and key for each Secret that there is."""

    @property
    def version_socket(self) -> Path:
        """Return where the program tells which configuration it serves."""
        return self.folder / "version.sock"


def configuration(ingresses: Iterable[Manifest], place: Place, version: int = 1) -> str:
    """Return the whole ``nginx.conf``; raises ``NotTranslated``."""
    unknown = set(place.controller) - _OF_THE_CONTROLLER
    if unknown:
        raise NotTranslated(f"{sorted(unknown)} in the controller's own configuration")
    hosts = [
        _Host(master, minions, place).render() for master, minions in _by_host(ingresses).values()
    ]
    http = [*_here(place), *_usual(place), _unknown_host(place), _version(place, version), *hosts]
    lines = [
        "daemon off;",
        f"pid {place.folder}/nginx.pid;",
        *(["user root;"] if os.geteuid() == 0 else []),
        "worker_processes 2;",
        "error_log stderr notice;",
        _block("events", ["worker_connections 1024;"]),
        _block("http", http),
    ]
    return "\n".join([*lines, ""])


def _block(head: str, lines: Iterable[str]) -> str:
    inside = indent("\n".join(lines), "    ")
    return f"{head} {{\n{inside}\n}}"


def _here(place: Place) -> list[str]:
    """Return where the program writes, which in a container is the container's business."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return [f"{kind}_temp_path {place.folder}/{kind};" for kind in kinds]


def _usual(place: Place) -> list[str]:
    """Return what holds for every host."""
    escaping = place.controller.get("log-format-escaping", "")
    protocols = place.controller.get("ssl-protocols", "")
    return [
        "include /etc/nginx/mime.types;",
        "default_type application/octet-stream;",
        "map_hash_max_size 2048;",
        "map_hash_bucket_size 256;",
        f"log_format main {f'escape={escaping} ' if escaping else ''}"
        """'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent """
        """"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';""",
        "access_log /dev/stdout main;",
        "sendfile on;",
        "keepalive_timeout 75s;",
        "keepalive_requests 1000;",
        "server_names_hash_max_size 1024;",
        "server_names_hash_bucket_size 256;",
        "variables_hash_bucket_size 256;",
        "variables_hash_max_size 1024;",
        _block("map $http_upgrade $connection_upgrade", ["default upgrade;", "'' close;"]),
        *([f"ssl_protocols {protocols};"] if protocols else []),
    ]


def _unknown_host(place: Place) -> str:
    """Return what answers to every name that no Ingress has."""
    return _block(
        "server",
        [
            f"listen 127.0.0.1:{place.http_port} default_server;",
            f"listen 127.0.0.1:{place.https_port} ssl default_server;",
            "ssl_reject_handshake on;",
            *_real_address(place),
            "server_name _;",
            _tokens(place.controller.get("server-tokens", "True")),
            _block("location /", ["return 404;"]),
        ],
    )


def _version(place: Place, version: int) -> str:
    """Return what tells which configuration is served, as the controller asks after a reload."""
    answer = _block("location /configVersion", [f'return 200 "{version}";'])
    return _block("server", [f"listen unix:{place.version_socket};", "access_log off;", answer])


def _by_host(ingresses: Iterable[Manifest]) -> dict[str, tuple[Manifest, list[Manifest]]]:
    """Return each host's master with its minions; raises ``NotTranslated`` for half a host."""
    masters: dict[str, Manifest] = {}
    minions: dict[str, list[Manifest]] = {}
    for ingress in ingresses:
        (rule,) = ingress["spec"]["rules"]
        if kind_of(ingress) == "minion":
            minions.setdefault(rule["host"], []).append(ingress)
        elif rule["host"] in masters or "http" in rule:
            raise NotTranslated(f"{rule['host']} has two masters, or one with paths")
        else:
            masters[rule["host"]] = ingress
    if set(minions) != set(masters):
        raise NotTranslated(f"masters of {sorted(masters)}, minions of {sorted(minions)}")
    return {host: (masters[host], minions[host]) for host in masters}


def _tokens(value: str) -> str:
    return f"server_tokens {'on' if boolean('server-tokens', value) else 'off'};"


def _real_address(place: Place) -> list[str]:
    """Return whom the controller believes about who calls."""
    told = place.controller
    lines = [
        f"set_real_ip_from {network.strip()};"
        for network in told.get("set-real-ip-from", "").split(",")
        if network.strip()
    ]
    if "real-ip-header" in told:
        lines.append(f"real_ip_header {told['real-ip-header']};")
    if boolean("real-ip-recursive", told.get("real-ip-recursive", "False")):
        lines.append("real_ip_recursive on;")
    return lines


@dataclass(frozen=True)
class _Host:
    """One host: a master and its minions in one server block."""

    master: Manifest
    minions: Sequence[Manifest]
    place: Place

    def render(self) -> str:
        told = of_master(self.master)
        upstreams: dict[str, str] = {}
        zones: dict[str, str] = {}
        locations: dict[str, str] = {}
        for minion in self.minions:
            paths = _Paths(minion, of_minion(minion, told), self.host, self.place)
            zones |= paths.zones()
            for path, name, upstream, location in paths.render():
                if path in locations:
                    raise NotTranslated(f"two minions of {self.host} have the path {path}")
                upstreams[name], locations[path] = upstream, location
        usual = self.place.controller.get("server-tokens", "True")
        lines = [
            f"listen 127.0.0.1:{self.place.http_port};",
            *self._tls(),
            *_real_address(self.place),
            _tokens(told.text("server-tokens", usual)),
            f"server_name {self.host};",
            *self._hsts(told),
            *self._redirect(told),
            *locations.values(),
        ]
        return "\n".join([*upstreams.values(), *zones.values(), _block("server", lines)])

    @property
    def host(self) -> str:
        name: str = self.master["spec"]["rules"][0]["host"]
        return name

    @property
    def _secret(self) -> str | None:
        """Return the Secret of the host's certificate, or ``None`` for plain HTTP."""
        for tls in self.master["spec"].get("tls", []):
            if self.host in tls["hosts"]:
                return str(tls["secretName"])
        return None

    def _tls(self) -> list[str]:
        if self._secret is None:
            return []
        listen = f"listen 127.0.0.1:{self.place.https_port} ssl;"
        file = self.place.secrets.get(self._secret)
        if file is None:  # There is no such Secret, or none with a certificate.
            return [listen, "ssl_reject_handshake on;"]
        return [listen, f"ssl_certificate {file};", f"ssl_certificate_key {file};"]

    def _hsts(self, told: Annotations) -> list[str]:
        if self._secret is None or not told.says("hsts", usual=False):
            return []
        whole = told.says("hsts-include-subdomains", usual=False)
        age = told.text("hsts-max-age", "2592000")
        value = f"max-age={age}; {'includeSubDomains; ' if whole else ''}preload"
        return [
            'set $hsts_header_val "";',
            "proxy_hide_header Strict-Transport-Security;",
            f'if ($https = on) {{ set $hsts_header_val "{value}"; }}',
            'add_header Strict-Transport-Security "$hsts_header_val" always;',
        ]

    def _redirect(self, told: Annotations) -> list[str]:
        if self._secret is None or not told.says("ssl-redirect", usual=True):
            return []
        code = told.text("http-redirect-code", "301")
        where = f"https://$host:{self.place.https_port}$request_uri"
        return [f"if ($scheme = http) {{ return {code} {where}; }}"]


@dataclass(frozen=True)
class _Paths:
    """The paths of one minion, all under the same annotations."""

    minion: Manifest
    told: Annotations
    host: str
    place: Place

    @property
    def _name(self) -> str:
        return f"{NAMESPACE}-{self.minion['metadata']['name']}"

    @property
    def _zone(self) -> str:
        return f"{NAMESPACE}/{self.minion['metadata']['name']}"

    def zones(self) -> dict[str, str]:
        """Return the memory in which requests are counted, by its name."""
        rate = self.told.text("limit-req-rate")
        if not rate:
            return {}
        key = self.told.text("limit-req-key", "${binary_remote_addr}")
        size = self.told.text("limit-req-zone-size", "10m")
        return {self._zone: f"limit_req_zone {key} zone={self._zone}:{size} rate={rate};"}

    def render(self) -> Iterable[tuple[str, str, str, str]]:
        """Yield each path with its upstream's name, the upstream and the location."""
        (rule,) = self.minion["spec"]["rules"]
        for each in rule["http"]["paths"]:
            service = each["backend"]["service"]
            port = service["port"]["number"]
            upstream = f"{self._name}-{self.host}-{service['name']}-{port}"
            # A prefix is one of letters here, not of whole parts as Kubernetes would have it.
            path = f"= {each['path']}" if each["pathType"] == "Exact" else each["path"]
            yield (
                path,
                upstream,
                self._upstream(upstream, f"{service['name']}:{port}"),
                self._location(path, upstream, service["name"]),
            )

    def _upstream(self, name: str, endpoint: str) -> str:
        servers = [
            f"server {address} max_fails=1 fail_timeout=10s max_conns=0;"
            for address in self.place.endpoints.get(endpoint, ())
        ]
        # Without a pod the controller names a socket on which it answers 502 itself.
        lines = servers or ["server 127.0.0.1:1;"]
        return _block(f"upstream {name}", [f"zone {name} 256k;", "random two least_conn;", *lines])

    def _location(self, path: str, upstream: str, service: str) -> str:
        told = self.told
        streams = {name.strip() for name in told.text("websocket-services").split(",")}
        lines = ["proxy_http_version 1.1;"]
        if service in streams:
            lines += [
                "proxy_set_header Upgrade $http_upgrade;",
                "proxy_set_header Connection $connection_upgrade;",
            ]
        lines += [
            f"proxy_connect_timeout {told.text('proxy-connect-timeout', '60s')};",
            f"proxy_read_timeout {told.text('proxy-read-timeout', '60s')};",
            f"proxy_send_timeout {told.text('proxy-send-timeout', '60s')};",
            f"client_max_body_size {told.text('client-max-body-size', '1m')};",
            "proxy_set_header Host $host;",
            "proxy_set_header X-Real-IP $remote_addr;",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "proxy_set_header X-Forwarded-Host $host;",
            "proxy_set_header X-Forwarded-Port $server_port;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            f"proxy_buffering {'on' if told.says('proxy-buffering', usual=True) else 'off'};",
            f"proxy_next_upstream {told.text('proxy-next-upstream', 'error timeout')};",
            f"proxy_next_upstream_timeout {told.text('proxy-next-upstream-timeout', '0')};",
            f"proxy_next_upstream_tries {told.text('proxy-next-upstream-tries', '0')};",
            f"proxy_pass http://{upstream};",
            *self._limit(),
        ]
        return _block(f"location {path}", lines)

    def _limit(self) -> list[str]:
        if not self.zones():
            return []
        burst = self.told.text("limit-req-burst")
        at_once = self.told.says("limit-req-no-delay", usual=False)
        how = f"{f' burst={burst}' if burst else ''}{' nodelay' if at_once else ''}"
        return [
            f"limit_req zone={self._zone}{how};",
            "limit_req_log_level error;",
            f"limit_req_status {self.told.text('limit-req-reject-code', '429')};",
        ]
