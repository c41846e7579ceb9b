"""Finding the route of a request: a dictionary for fixed paths, a few patterns for the rest."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tradewind.api_gateway.routing.route import Route, StreamRoute

_NO_VALUES: Mapping[str, str] = {}


class Found(NamedTuple):
    """A route with the values of its variable parts."""

    route: Route
    path_values: Mapping[str, str]


def normal_path(path: str) -> str:
    """Strip the ``/api`` prefix and collapse repeated slashes.

    A trailing slash stays and matches nothing: ``DELETE /v2/positions/`` with an empty symbol must
    never be taken for closing every position.
    """
    while "//" in path:
        path = path.replace("//", "/")
    if path.startswith("/api/"):
        return path[4:]
    return "/" if path == "/api" else path


class RouteTable:
    """All routes of the gateway; two routes for one method and path raise ``ValueError``."""

    def __init__(self, routes: Iterable[Route], streams: Iterable[StreamRoute] = ()) -> None:
        self.routes = tuple(routes)
        self.streams = tuple(streams)
        self._fixed: dict[str, dict[str, Route]] = {}
        self._dynamic: dict[str, list[tuple[str, dict[str, Route]]]] = {}
        self._streams = {path: stream for stream in self.streams for path in stream.paths}
        for route in self.routes:
            self._add(route)
        for entries in self._dynamic.values():
            # The path with more fixed text is the more specific one and is tried first.
            entries.sort(key=lambda entry: _specificity(entry[0]), reverse=True)

    def find(self, method: str, path: str) -> Found | None:
        """Return the route of a method and a normal path."""
        methods = self._fixed.get(path)
        if methods is not None:
            route = methods.get(method)
            return None if route is None else Found(route, _NO_VALUES)
        for _, dynamic in self._dynamic.get(_bucket(path), ()):
            candidate = dynamic.get(method) or next(iter(dynamic.values()))
            match = candidate.pattern.fullmatch(path)
            if match is not None:
                return Found(candidate, match.groupdict()) if method in dynamic else None
        return None

    def methods(self, path: str) -> list[str]:
        """Return the methods that a normal path has, for a 405."""
        found = set(self._fixed.get(path, ()))
        if not found:
            for _, dynamic in self._dynamic.get(_bucket(path), ()):
                if next(iter(dynamic.values())).pattern.fullmatch(path):
                    found |= set(dynamic)
                    break
        return sorted(found)

    def find_stream(self, path: str) -> StreamRoute | None:
        """Return the stream of a normal path."""
        return self._streams.get(path)

    def _add(self, route: Route) -> None:
        if not route.is_dynamic:
            methods = self._fixed.setdefault(route.path, {})
        else:
            entries = self._dynamic.setdefault(_bucket(route.path), [])
            methods = next((found for path, found in entries if path == route.path), {})
            if not methods:
                entries.append((route.path, methods))
        if route.method in methods:
            raise ValueError(f"{route.method} {route.path} is declared twice")
        methods[route.method] = route


def _bucket(path: str) -> str:
    return "/".join(path.split("/", 3)[:3])


def _specificity(path: str) -> tuple[int, int]:
    fixed = [part for part in path.split("/") if "{" not in part]
    return len(fixed), -path.count(":path}")
