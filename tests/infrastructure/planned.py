"""What an environment comes to be, as the mocked apply of modules/platform has it."""

import json
from dataclasses import dataclass
from typing import Any

from tests.infrastructure.terraform import Terraform

Attributes = dict[str, Any]


@dataclass(frozen=True)
class Planned:
    """A state: resources by module, and outputs."""

    state: Attributes

    @classmethod
    def of(cls, terraform: Terraform) -> "Planned":
        """Run the contracts of modules/platform and return the state of their first run."""
        place = terraform.tree / "modules/platform"
        terraform.initialise(place)
        told = terraform.run(
            place, "test", "-json", "-verbose", "-filter=tests/contracts.tftest.hcl"
        )
        lines = (json.loads(line) for line in told.splitlines() if line.startswith("{"))
        return cls(next(line["test_state"] for line in lines if line["type"] == "test_state"))

    @property
    def helm_values(self) -> str:
        """Return the file of values for Helm."""
        text: str = self.state["outputs"]["helm_values"]["value"]
        return text

    def all(self, module: str, kind: str, name: str | None = None) -> dict[str, Attributes]:
        """Return a module's resources of a kind (and a name), by their index."""
        return {
            str(each.get("index", each["name"])): each["values"]
            for child in self.state["root_module"]["child_modules"]
            if child["address"] == module
            for each in child["resources"]
            if each["mode"] == "managed" and each["type"] == kind and name in (None, each["name"])
        }

    def one(self, module: str, kind: str) -> Attributes:
        """Return the only resource of a kind."""
        [attributes] = self.all(module, kind).values()
        return attributes
