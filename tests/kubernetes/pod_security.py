"""The `restricted` profile of Kubernetes' Pod Security Standards, control by control.

Names, fields and what is allowed are the standard's own
(https://kubernetes.io/docs/concepts/security/pod-security-standards/). `restricted` is all of
`baseline` and more; where both have a control of one name, the stricter one stands here.
"""

from collections.abc import Callable, Iterator

from tests.kubernetes.tools import Manifest

Control = Callable[[Manifest], Iterator[str]]
"""Yields each field of a pod's template that has a value which the control forbids."""
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_SELINUX_TYPES = {
    *("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
}
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    *(
        f"net.ipv4.{name}"
        for name in (
            *("ip_local_port_range", "ip_unprivileged_port_start", "ip_local_reserved_ports"),
            *("ping_group_range", "tcp_syncookies", "tcp_fin_timeout", "tcp_rmem", "tcp_wmem"),
            *("tcp_keepalive_time", "tcp_keepalive_intvl", "tcp_keepalive_probes"),
        )
    ),
}
_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}
_APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def _containers(pod: Manifest) -> Iterator[tuple[str, Manifest]]:
    for kind in _CONTAINERS:
        for container in pod["spec"].get(kind, []):
            yield f"spec.{kind}[{container['name']}]", container


def _contexts(pod: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Yield the security contexts of the pod and of each container."""
    yield "spec.securityContext", pod["spec"].get("securityContext", {})
    for path, container in _containers(pod):
        yield f"{path}.securityContext", container.get("securityContext", {})


def _inherited(pod: Manifest, name: str) -> Iterator[tuple[str, object]]:
    """Yield what each container has of a field that it takes from its pod where it has none."""
    usual = pod["spec"].get("securityContext", {}).get(name)
    for path, container in _containers(pod):
        yield (
            f"{path}.securityContext.{name}",
            container.get("securityContext", {}).get(name, usual),
        )


def host_process(pod: Manifest) -> Iterator[str]:
    for path, context in _contexts(pod):
        if context.get("windowsOptions", {}).get("hostProcess"):
            yield f"{path}.windowsOptions.hostProcess"


def host_namespaces(pod: Manifest) -> Iterator[str]:
    yield from (
        f"spec.{name}" for name in ("hostNetwork", "hostPID", "hostIPC") if pod["spec"].get(name)
    )


def privileged_containers(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        if container.get("securityContext", {}).get("privileged"):
            yield f"{path}.securityContext.privileged"


def capabilities(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        own = container.get("securityContext", {}).get("capabilities", {})
        if "ALL" not in own.get("drop", []):
            yield f"{path}.securityContext.capabilities.drop"
        if set(own.get("add", [])) - {"NET_BIND_SERVICE"}:
            yield f"{path}.securityContext.capabilities.add"


def host_path_volumes(pod: Manifest) -> Iterator[str]:
    for volume in pod["spec"].get("volumes", []):
        if "hostPath" in volume:
            yield f"spec.volumes[{volume['name']}].hostPath"


def host_ports(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        for port in container.get("ports", []):
            if port.get("hostPort"):
                yield f"{path}.ports[{port['containerPort']}].hostPort"


def host_probes(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        asked = {
            name: container.get(name, {})
            for name in ("livenessProbe", "readinessProbe", "startupProbe")
        }
        hooks = {f"lifecycle.{name}": each for name, each in container.get("lifecycle", {}).items()}
        for name, handler in (asked | hooks).items():
            for kind in ("httpGet", "tcpSocket"):
                if handler.get(kind, {}).get("host"):
                    yield f"{path}.{name}.{kind}.host"


def app_armor(pod: Manifest) -> Iterator[str]:
    for path, context in _contexts(pod):
        kind = context.get("appArmorProfile", {}).get("type", "RuntimeDefault")
        if kind not in ("RuntimeDefault", "Localhost"):
            yield f"{path}.appArmorProfile.type"
    for name, value in (pod["metadata"].get("annotations") or {}).items():
        allowed = value == "runtime/default" or value.startswith("localhost/")
        if name.startswith(_APP_ARMOR_ANNOTATION) and not allowed:
            yield f"metadata.annotations[{name}]"


def selinux(pod: Manifest) -> Iterator[str]:
    for path, context in _contexts(pod):
        options = context.get("seLinuxOptions", {})
        if options.get("type", "") not in _SELINUX_TYPES:
            yield f"{path}.seLinuxOptions.type"
        yield from (
            f"{path}.seLinuxOptions.{name}" for name in ("user", "role") if options.get(name)
        )


def proc_mount(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        if container.get("securityContext", {}).get("procMount", "Default") != "Default":
            yield f"{path}.securityContext.procMount"


def seccomp(pod: Manifest) -> Iterator[str]:
    for path, profile in _inherited(pod, "seccompProfile"):
        kind = profile.get("type") if isinstance(profile, dict) else None
        if kind not in ("RuntimeDefault", "Localhost"):
            yield f"{path}.type"


def sysctls(pod: Manifest) -> Iterator[str]:
    for each in pod["spec"].get("securityContext", {}).get("sysctls", []):
        if each["name"] not in _SYSCTLS:
            yield f"spec.securityContext.sysctls[{each['name']}]"


def volume_types(pod: Manifest) -> Iterator[str]:
    for volume in pod["spec"].get("volumes", []):
        for kind in sorted(volume.keys() - {"name"} - _VOLUMES):
            yield f"spec.volumes[{volume['name']}].{kind}"


def privilege_escalation(pod: Manifest) -> Iterator[str]:
    for path, container in _containers(pod):
        if container.get("securityContext", {}).get("allowPrivilegeEscalation") is not False:
            yield f"{path}.securityContext.allowPrivilegeEscalation"


def running_as_non_root(pod: Manifest) -> Iterator[str]:
    yield from (path for path, value in _inherited(pod, "runAsNonRoot") if value is not True)


def running_as_non_root_user(pod: Manifest) -> Iterator[str]:
    yield from (
        f"{path}.runAsUser" for path, context in _contexts(pod) if context.get("runAsUser") == 0
    )


CONTROLS: dict[str, Control] = {
    "HostProcess": host_process,
    "Host Namespaces": host_namespaces,
    "Privileged Containers": privileged_containers,
    "Capabilities": capabilities,
    "HostPath Volumes": host_path_volumes,
    "Host Ports": host_ports,
    "Host Probes / Lifecycle Hooks": host_probes,
    "AppArmor": app_armor,
    "SELinux": selinux,
    "/proc Mount Type": proc_mount,
    "Seccomp": seccomp,
    "Sysctls": sysctls,
    "Volume Types": volume_types,
    "Privilege Escalation": privilege_escalation,
    "Running as Non-root": running_as_non_root,
    "Running as Non-root user": running_as_non_root_user,
}
"""Each control of `baseline` and `restricted`, by the standard's name for it."""


def violations(pod: Manifest) -> list[str]:
    """Return what a pod does that `restricted` forbids: the control, and the field."""
    return [f"{name}: {field}" for name, control in CONTROLS.items() for field in control(pod)]
