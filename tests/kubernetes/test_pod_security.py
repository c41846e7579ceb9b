"""Every pod keeps to each control of the `restricted` Pod Security Standard."""

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.kubernetes.pod_security import CONTROLS, violations
from tests.kubernetes.test_checkov import SWITCHES
from tests.kubernetes.tools import ROOT, Manifest, pods, render

GOOD: Manifest = {
    "metadata": {},
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "c",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
        ],
    },
}
"""The least that the standard asks for."""
_C = "spec.containers.0"
_OWN = f"{_C}.securityContext"
_POD = "spec.securityContext"
_ARMOR = "container.apparmor.security.beta.kubernetes.io/c"
Value = Any  # Any: whatever a manifest may hold
FORBIDDEN: list[tuple[str, str, Value]] = [
    ("HostProcess", f"{_POD}.windowsOptions", {"hostProcess": True}),
    ("HostProcess", f"{_OWN}.windowsOptions", {"hostProcess": True}),
    *(("Host Namespaces", f"spec.{name}", True) for name in ("hostNetwork", "hostPID", "hostIPC")),
    ("Privileged Containers", f"{_OWN}.privileged", True),
    ("Capabilities", f"{_OWN}.capabilities", {"drop": ["NET_RAW"]}),
    ("Capabilities", f"{_OWN}.capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    ("Host Ports", f"{_C}.ports", [{"containerPort": 80, "hostPort": 80}]),
    ("Host Probes / Lifecycle Hooks", f"{_C}.livenessProbe", {"httpGet": {"host": "10.0.0.1"}}),
    ("Host Probes / Lifecycle Hooks", f"{_C}.lifecycle", {"preStop": {"tcpSocket": {"host": "h"}}}),
    ("AppArmor", f"{_OWN}.appArmorProfile", {"type": "Unconfined"}),
    ("AppArmor", "metadata.annotations", {_ARMOR: "unconfined"}),
    ("SELinux", f"{_POD}.seLinuxOptions", {"type": "spc_t"}),
    ("SELinux", f"{_OWN}.seLinuxOptions", {"user": "system_u"}),
    ("/proc Mount Type", f"{_OWN}.procMount", "Unmasked"),
    ("Seccomp", f"{_POD}.seccompProfile", {"type": "Unconfined"}),
    ("Seccomp", f"{_OWN}.seccompProfile", {"type": "Unconfined"}),
    ("Seccomp", f"{_POD}.seccompProfile", None),
    ("Sysctls", f"{_POD}.sysctls", [{"name": "kernel.msgmax", "value": "1"}]),
    ("Volume Types", "spec.volumes", [{"name": "v", "nfs": {"server": "s"}}]),
    ("Privilege Escalation", f"{_OWN}.allowPrivilegeEscalation", True),
    ("Privilege Escalation", f"{_OWN}.allowPrivilegeEscalation", None),
    ("Running as Non-root", f"{_POD}.runAsNonRoot", None),
    ("Running as Non-root", f"{_OWN}.runAsNonRoot", False),
    ("Running as Non-root user", f"{_POD}.runAsUser", 0),
    ("Running as Non-root user", f"{_OWN}.runAsUser", 0),
]
"""For each control a field, and a value of it that no other control has anything against."""


def with_field(path: str, value: Value) -> Manifest:
    """Return a good pod with one field set, or taken away with ``None``."""
    pod = copy.deepcopy(GOOD)
    *parents, last = path.split(".")
    place: Value = pod
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return pod


@pytest.mark.parametrize("control", CONTROLS)
def test_every_pod_keeps_to_the_control(control: str) -> None:
    found = {}
    for name, (environment, switches) in SWITCHES.items():
        seen = dict(pods(render(environment, *switches)))
        assert len(seen) >= 7, name  # each service
        for pod_name, pod in seen.items():
            found[f"{name}: {pod_name}"] = list(CONTROLS[control](pod))
    assert {name: fields for name, fields in found.items() if fields} == {}


@pytest.mark.parametrize(("control", "path", "value"), FORBIDDEN)
def test_a_control_finds_what_it_forbids_and_no_other_control_does(
    control: str, path: str, value: Value
) -> None:
    (found,) = violations(with_field(path, value))
    assert found.startswith(f"{control}: ")


def test_a_path_of_the_host_is_forbidden_twice() -> None:
    found = violations(with_field("spec.volumes", [{"name": "v", "hostPath": {"path": "/"}}]))
    assert found == [
        "HostPath Volumes: spec.volumes[v].hostPath",
        "Volume Types: spec.volumes[v].hostPath",
    ]


def test_every_control_is_tried_and_a_pod_that_keeps_to_all_of_them_is_let_through() -> None:
    assert {control for control, _, _ in FORBIDDEN} | {"HostPath Volumes"} == CONTROLS.keys()
    assert violations(GOOD) == []


@pytest.mark.parametrize("kind", ["initContainers", "ephemeralContainers"])
def test_containers_of_every_kind_are_looked_at(kind: str) -> None:
    found = violations(with_field(f"spec.{kind}", [{"name": "other"}]))
    fields = {each.partition(": ")[2].partition("[")[0] for each in found}
    assert fields == {f"spec.{kind}"}


def monokle(*files: Path) -> dict[str, Value]:
    """Return the report of a program that is not ours; skips where there is none."""
    folder = ROOT / ".build/pod-security"
    node = shutil.which("node")
    if node is None or not (folder / "stamp").exists():
        pytest.skip("MONOKLE IS NOT ASKED: it is not installed; deploy/helm/charts-test")
    done = subprocess.run(
        [node, folder / "check.mjs", *files],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Value] = json.loads(done.stdout)
    return report


def test_monokle_has_nothing_against_any_pod(tmp_path: Path) -> None:
    files = []
    for name, (environment, switches) in SWITCHES.items():
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(yaml.safe_dump_all(render(environment, *switches)))
    report = monokle(*files)
    assert report["objects"] > 300
    assert report["findings"] == []


def test_monokle_finds_a_pod_that_keeps_to_nothing(tmp_path: Path) -> None:
    security = {"privileged": True, "runAsUser": 0, "procMount": "Unmasked"}
    container = {"name": "c", "securityContext": security, "ports": [{"hostPort": 1}]}
    spec = {
        **{"hostNetwork": True, "containers": [container]},
        "volumes": [{"name": "v", "hostPath": {"path": "/"}}],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"}, "spec": spec}
    file = tmp_path / "bad.yaml"
    file.write_text(yaml.safe_dump(pod))
    report = monokle(file)
    assert len(report["rules"]) == 17
    assert {each["rule"] for each in report["findings"]} >= {
        *("host-namespaces", "privileged-containers", "host-path-volumes", "host-ports"),
        *("proc-mount", "volume-types", "privilege-escalation", "running-as-non-root"),
        *("running-as-non-root-user", "seccomp-strict", "capabilities-strict"),
    }
