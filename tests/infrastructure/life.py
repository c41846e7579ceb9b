"""The life of an environment on moto: made, planned again, asked for its values, and destroyed."""

import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.infrastructure.moto_server import Inventory, Moto
from tests.infrastructure.terraform import Terraform
from tests.scripts import copy_scripts

REGION, REPLICA_REGION = "eu-central-1", "eu-west-1"
REGIONS = (REGION, REPLICA_REGION, "us-east-1")
# What moto cannot do is overridden by files that lie beside the real ones; moto.md tells why.
OVERRIDES = Path(__file__).parent / "moto_overrides"
# Most of the time is the provider's waiting between two questions, so much may wait at once.
PARALLELISM = "-parallelism=40"
APPLY = ("-auto-approve", "-no-color", "-compact-warnings", PARALLELISM)
# The second plan has just read everything, and found it as the state has it.
DESTROY = (*APPLY, "-refresh=false")
PHASE_TIMEOUT_S = 900
UNCHANGED = "No changes. Your infrastructure matches the configuration."
BOOTSTRAP = (f"-var=region={REGION}", "-var=repository=owner/tradewind")
SECRETS = "module.platform.module.secrets"
CHANGED_LOGS = ("/aws/eks/tradewind-staging/cluster", 3)
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
# Copies of automated backups in a second region are what moto's RDS does not know.
STAGING = """
region               = "eu-central-1"
replica_region       = "eu-west-1"
repository           = "owner/tradewind"
domain               = { name = "staging.example.com", create_zone = true }
cluster              = { administrators = ["arn:aws:iam::123456789012:role/administrator"] }
alarms               = { page = ["on-call@example.com"], budget_usd = 600 }
secret_recovery_days = 0
database = {
  deletion_protection           = false
  skip_final_snapshot           = true
  replica_backup_retention_days = 0
}
"""


@dataclass
class Life:
    """What an account held at each stage, and what staging said; or how it failed."""

    terraform: Terraform
    moto: Moto
    region: str = REGION
    failure: str = ""
    before: Inventory = field(default_factory=dict)
    bootstrapped: Inventory = field(default_factory=dict)
    standing: Inventory = field(default_factory=dict)
    destroyed: Inventory = field(default_factory=dict)
    after: Inventory = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    drift: str = ""
    asked: set[str] = field(default_factory=set)
    helm_values: str = ""

    @property
    def states(self) -> list[str]:
        """Return the states that lie in the bucket while staging stands, without the bucket."""
        objects = self.standing["global s3 Objects"]
        return [each.partition("/")[2] for each in objects if each.endswith(".tfstate")]

    @staticmethod
    def gained(earlier: Inventory, later: Inventory) -> Inventory:
        """Return what the account holds later and did not hold before, by kind."""
        return {
            kind: new for kind, held in later.items() if (new := sorted({*held} - {*earlier[kind]}))
        }

    def live(self) -> "Life":
        """Go through all of it and return itself; a failure is kept for the tests to tell."""
        try:
            self._live()
        except AssertionError as error:
            self.failure = str(error)
        return self

    def _live(self) -> None:
        self.before = self.moto.inventory(*REGIONS)
        backend = self._bootstrap()
        self.changes = self._changes("bootstrap", *BOOTSTRAP)
        self.bootstrapped = self.moto.inventory(*REGIONS)
        (self.terraform.tree / "staging/terraform.tfvars").write_text(STAGING)
        self._run("staging", "init", "-no-color", f"-backend-config={backend}")
        self._run("staging", "apply", *APPLY)
        self.standing = self.moto.inventory(*REGIONS)
        # Everything else is read again by the look for drift, which has one thing to find.
        self.changes += self._changes("staging", f"-target={SECRETS}")
        self.moto.change_logs(REGION, *CHANGED_LOGS)
        self._look_for_drift(backend)
        self.helm_values = self._run("staging", "output", "-raw", "helm_values")
        self._run("staging", "destroy", *DESTROY)
        self.destroyed = self.moto.inventory(*REGIONS)
        self._unmake_bootstrap()
        self.after = self.moto.inventory(*REGIONS)

    def _look_for_drift(self, backend: Path) -> None:
        """Let the script that the nightly run calls look for drift, which it has to find."""
        place = self.terraform.tree.parents[1]
        copy_scripts(place, "common.sh", "terraform")
        script = replace(self.terraform, executable=str(place / "scripts/terraform"))
        summary = place / "summary.md"
        with self.moto.recorded() as self.asked:
            script.run(
                place,
                "drift",
                timeout_s=PHASE_TIMEOUT_S,
                environment=self.moto.environment
                | {"AWS_REGION": REGION, "ROOT": "staging", "VARIABLES": STAGING}
                | {"BACKEND": backend.read_text(), "GITHUB_STEP_SUMMARY": str(summary)}
                | {"TF_CLI_ARGS_plan": PARALLELISM},
                status=1,
            )
        self.drift = (place / ".build/drift-staging.txt").read_text()
        assert self.drift in summary.read_text()

    def _bootstrap(self) -> Path:
        """Do what bootstrap/README.md says; return the file that it writes for the other roots."""
        place = self.terraform.tree / "bootstrap"
        (place / "first_override.tf").write_text(LOCAL_STATE)
        self._run("bootstrap", "init", "-no-color")
        self._run("bootstrap", "apply", *BOOTSTRAP, *APPLY)
        backend = self.terraform.tree / "backend.hcl"
        backend.write_text(self._run("bootstrap", "output", "-raw", "backend_hcl"))
        (place / "first_override.tf").unlink()
        self._migrate(f"-backend-config={backend}")
        for state in place.glob("terraform.tfstate*"):
            state.unlink()
        return backend

    def _unmake_bootstrap(self) -> None:
        (self.terraform.tree / "bootstrap/first_override.tf").write_text(LOCAL_STATE)
        self._migrate()
        for bucket in self.gained(self.before, self.bootstrapped)["global s3 Buckets"]:
            self.moto.empty_bucket(bucket)
        self._run("bootstrap", "destroy", *BOOTSTRAP, *DESTROY)

    def _migrate(self, *arguments: str) -> None:
        self._run("bootstrap", "init", "-no-color", "-migrate-state", "-force-copy", *arguments)

    def _changes(self, root: str, *variables: str) -> list[str]:
        """Plan again; return what would change, by address and attribute."""
        said = self._run(root, "plan", *variables, "-no-color", PARALLELISM, "-out=again.tfplan")
        if UNCHANGED in said:
            return []
        plan = json.loads(self._run(root, "show", "-json", "again.tfplan"))
        found = []
        for each in plan.get("resource_changes", []):
            change = each["change"]
            if change["actions"] not in (["no-op"], ["read"]):
                before, after = change["before"] or {}, change["after"] or {}
                names = [name for name in after if before.get(name) != after[name]]
                found.append(f"{each['address']}: {'+'.join(change['actions'])} {names}")
        for name, change in plan.get("output_changes", {}).items():
            if change["actions"] != ["no-op"]:
                found.append(f"output {name}: {change['actions']}")
        return found

    def _run(self, root: str, *arguments: str) -> str:
        environment = self.moto.environment | {"AWS_REGION": REGION}  # that of the backend
        return self.terraform.run(
            self.terraform.tree / root,
            *arguments,
            timeout_s=PHASE_TIMEOUT_S,
            environment=environment,
        )


def override(tree: Path) -> None:
    """Lay the overrides into a copy of the configuration."""
    shutil.copytree(OVERRIDES, tree, dirs_exist_ok=True)
