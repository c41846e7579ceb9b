"""What Kubernetes itself would say of an object: its own schemas, strict and offline.

Kinds that operators bring (cert-manager, External Secrets, …) have no schema in Kubernetes; for
those `operators/*.json` beside this file hold the parts that the charts use, and nothing else.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from tests.kubernetes.tools import TOOLS

VERSIONS = ("1.31.0", "1.37.0")
"""The oldest version that the charts promise to run on, and the newest that has schemas."""
_OPERATORS = Path(__file__).parent / "operators"


@cache
def _folder(version: str) -> Path:
    """Return where the strict schemas of a version lie: the newest ones that are not newer."""
    import_path = str(TOOLS / "site")
    if import_path not in sys.path:
        sys.path.append(import_path)
    from kubernetes_validate.utils import all_versions, major_minor

    wanted = tuple(int(part) for part in version.split(".")[:2])
    fitting = [
        known
        for known in all_versions()
        if tuple(int(part) for part in major_minor(known).split(".")) <= wanted
    ]
    root = TOOLS / "site/kubernetes_validate/kubernetes-json-schema"
    return Path(root / f"v{fitting[-1]}-local-strict")


@cache
def _validator(version: str, kind: str, api_version: str) -> Draft202012Validator:
    group, _, name = api_version.rpartition("/")
    own = _OPERATORS / f"{kind.lower()}.json"
    if own.exists():
        schema = json.loads(own.read_text())
        assert schema["properties"]["apiVersion"]["const"] == api_version, (kind, api_version)
        return Draft202012Validator(schema)
    file = f"{kind.lower()}-{group.split('.')[0] + '-' if group else ''}{name}.json"
    schema = json.loads((_folder(version) / file).read_text())
    registry: Registry[Any] = _definitions(version) @ Registry()
    registry = Resource.from_contents(schema) @ registry
    return Draft202012Validator(schema, registry=registry)


@cache
def _definitions(version: str) -> Resource[Any]:
    return Resource.from_contents(json.loads((_folder(version) / "_definitions.json").read_text()))


def complaints(manifest: dict[str, Any], version: str) -> list[str]:
    """Return what is wrong with an object, a sentence each; unknown members are wrong."""
    return _complaints(json.dumps(manifest), version)


@cache
def _complaints(written: str, version: str) -> list[str]:
    manifest = json.loads(written)
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    try:
        validator = _validator(version, kind, manifest["apiVersion"])
    except FileNotFoundError:
        return [f"{kind} {name}: Kubernetes {version} has no {manifest['apiVersion']} {kind}"]
    return [
        f"{kind} {name}: {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(manifest)
    ]
