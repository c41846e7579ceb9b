"""What the load in the cluster is made of: its code, the key, whom it may reach, and the pod."""

from pathlib import Path

from tests.kubernetes.e2e.cluster import Answer

NAME = "e2e-load"
ENDS_WITHIN_S = 2400
_LABELS = {"app.kubernetes.io/name": NAME}
_ROOT = Path(__file__).resolve().parents[3]
_FILES = {"load": "tests/images/load.py", "inside": "tests/kubernetes/e2e/inside.py"}
_OF_THE_GATEWAY = {"matchLabels": {"app.kubernetes.io/name": "api-gateway"}}


def load_objects(image: str, key: dict[str, str], settings: dict[str, str]) -> list[Answer]:
    """Return every object, in the order in which they have to be made."""
    code = {name: (_ROOT / path).read_text() for name, path in _FILES.items()}
    ours = {"matchLabels": _LABELS}
    out = {"podSelector": ours, "policyTypes": ["Ingress", "Egress"], "egress": [{}]}
    # Policies add up: besides whom the release lets in, these clients.
    into = {
        "podSelector": _OF_THE_GATEWAY,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": ours}]}],
    }
    policy = "networking.k8s.io/v1"
    return [
        _object("v1", "ConfigMap", data=code),
        _object("v1", "Secret", stringData=key),
        _object(policy, "NetworkPolicy", spec=out),
        _object(policy, "NetworkPolicy", f"{NAME}-in", spec=into),
        _object("v1", "Pod", spec=_pod(image, settings)),
    ]


def _object(version: str, kind: str, name: str = NAME, **members: Answer) -> Answer:
    metadata = {"name": name, "labels": _LABELS}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **members}


def _pod(image: str, settings: dict[str, str]) -> Answer:
    files = [{"key": name, "path": path} for name, path in _FILES.items()]
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "activeDeadlineSeconds": ENDS_WITHIN_S,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(image, settings)],
        "volumes": [
            {"name": "code", "configMap": {"name": NAME, "items": files}},
            {"name": "key", "secret": {"secretName": NAME, "defaultMode": 0o440}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "16Mi"}},
        ],
    }


def _container(image: str, settings: dict[str, str]) -> Answer:
    paths = {"code": "/e2e", "key": "/key", "scratch": "/tmp"}
    told = {**settings, "KEY_DIR": paths["key"], "PYTHONPATH": paths["code"]}
    amounts = {"cpu": "250m", "memory": "256Mi"}
    return {
        "name": NAME,
        "image": image,
        "command": ["python3", "-m", "tests.kubernetes.e2e.inside"],
        "env": [{"name": name, "value": value} for name, value in told.items()],
        "resources": {"requests": amounts, "limits": {**amounts, "cpu": "1"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in paths.items()],
    }
