"""Runs terraform on a copy of the configuration, with the provider from a local mirror."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "deploy/terraform"
MODULES = sorted(path.parent.name for path in SOURCE.glob("modules/*/versions.tf"))
ROOTS = sorted(path.parent.name for path in SOURCE.glob("*/versions.tf"))
FOLDERS = [*(f"modules/{name}" for name in MODULES), *ROOTS]

MIRROR_VARIABLE = "TRADEWIND_TERRAFORM_MIRROR"
MIRROR_PLACES = (
    "~/.terraform.d",
    "/opt",
    "/srv",
    "/usr/local",
    "/usr/share",
    "/usr/lib",
    "/var/lib",
)
MIRROR_DEPTH = 4
PROVIDER = Path("hashicorp/aws")
"""Inside the folder of a mirror that is named after the registry it mirrors."""

PROBE = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}
"""


class TerraformUnavailableError(Exception):
    """Nothing here can run terraform with the AWS provider; the message says what is missing."""


def find_mirror() -> Path | None:
    """Return the folder above that of the registry which holds the AWS provider, if any does."""
    named = os.environ.get(MIRROR_VARIABLE)
    if named:
        if not _holds_provider(Path(named)):
            raise TerraformUnavailableError(f"{MIRROR_VARIABLE}={named} holds no */{PROVIDER}")
        return Path(named)
    for place in MIRROR_PLACES:
        top = Path(place).expanduser()
        for folder, below, _ in os.walk(top):
            if _holds_provider(Path(folder)):
                return Path(folder)
            if len(Path(folder).relative_to(top).parts) >= MIRROR_DEPTH:
                below.clear()
    return None


def _holds_provider(folder: Path) -> bool:
    """Tell whether a folder holds one named after a registry's host that holds the provider."""
    return any("." in found.parents[1].name for found in folder.glob(f"*/{PROVIDER}"))


@dataclass(frozen=True)
class Terraform:
    """One terraform with its settings, and a copy of the configuration that it may write into."""

    executable: str
    provider: Path
    tree: Path
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def prepare(cls, scratch: Path) -> "Terraform":
        """Return what runs in `scratch`; raises TerraformUnavailableError with the reason.

        Without a mirror the provider comes from its registry, once, into `.build/terraform`.
        """
        executable = shutil.which("terraform")
        if executable is None:
            raise TerraformUnavailableError("there is no terraform on PATH")
        mirror = find_mirror()
        configuration = scratch / "terraform.rc"
        if mirror is None:
            cache = ROOT / ".build/terraform"
            cache.mkdir(parents=True, exist_ok=True)
            configuration.write_text(f'plugin_cache_dir = "{cache}"\n')
        else:
            configuration.write_text(
                f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror}" }}\n}}\n'
            )
        # Nothing of the caller's AWS account may reach a test.
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(("AWS_", "TF_"))
        }
        environment = kept | {
            "TF_CLI_CONFIG_FILE": str(configuration),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        tree = scratch / "deploy/terraform"
        ignored = shutil.ignore_patterns(
            ".terraform*", "*.tfstate*", "terraform.tfvars", "*.auto.tfvars", "backend.hcl"
        )
        shutil.copytree(SOURCE, tree, ignore=ignored)
        probe = scratch / "probe"
        probe.mkdir()
        (probe / "versions.tf").write_text(PROBE)
        terraform = cls(executable, probe, tree, environment)
        try:
            terraform.run(probe, "init", "-no-color")
        except AssertionError as error:
            found = f"the mirror {mirror}" if mirror else "no mirror on this machine"
            raise TerraformUnavailableError(f"no AWS provider ({found}): {error}") from error
        installed = probe / ".terraform/providers"
        [provider] = installed.glob(f"*/{PROVIDER}/*/*/terraform-provider-aws*")
        return replace(terraform, provider=provider)

    def run(
        self,
        folder: Path,
        *arguments: str,
        timeout_s: float = 600,
        environment: dict[str, str] | None = None,
        status: int = 0,
    ) -> str:
        """Run one command in `folder` and return what it printed.

        Raises AssertionError with that if it ends with another status than it should. The
        providers that terraform starts end with it, also when the time is up.
        """
        __tracebackhide__ = True  # what terraform says is the failure
        command = [self.executable, *arguments]
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=self.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            output += f"\n(ended after {timeout_s:.0f} s)"
        if process.returncode != status:
            name = folder.relative_to(self.tree) if folder.is_relative_to(self.tree) else folder
            raise AssertionError(f"terraform {' '.join(arguments)} in {name}:\n{output}")
        return output

    def initialise(self, folder: Path) -> None:
        """Get the modules and the provider of a folder, without any backend."""
        self.run(folder, "init", "-backend=false", "-no-color", timeout_s=120)
