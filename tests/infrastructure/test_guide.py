"""What the guide types is what the files that it names ask for."""

import re
from pathlib import Path

import yaml
from tests.infrastructure.terraform import ROOT, SOURCE

GUIDE = (ROOT / "docs/guide/aws.md").read_text()
HELM = ROOT / "deploy/helm"
ASKED = re.compile(r'requiredEnv "(\w+)"')
ACCOUNT = re.compile(
    r'^    ([a-z-]+) = \{\n.*?namespace = "(.+?)"\n +account += "(.+?)"', re.M | re.S
)


def _controllers() -> dict[str, dict[str, object]]:
    """Return the releases of the helmfile that the guide installs, by name."""
    [named] = re.findall(r"^for name in (.*); do\n  helmfile ", GUIDE, re.MULTILINE)
    # The second document is a template of Go's: what stands in braces is not for YAML.
    text = (HELM / "helmfile.yaml.gotmpl").read_text()
    releases = re.sub(r"\{\{.*?\}\}", "x", text.split("\n---\n")[1])
    known = {each["name"]: each for each in yaml.safe_load(releases)["releases"]}
    return {name: known[name] for name in named.split()}


def _values(release: dict[str, object]) -> list[Path]:
    paths = release["values"]
    assert isinstance(paths, list)
    return [HELM / str(path) for path in paths]


def test_guide_exports_what_the_values_of_the_controllers_ask_for() -> None:
    exported = set(re.findall(r"(?:^export| )\s*([A-Z_]+)=", GUIDE, re.MULTILINE))
    asked = {
        name
        for release in _controllers().values()
        for path in _values(release)
        for name in ASKED.findall(path.read_text())
    }
    assert "VPC_ID" in asked
    assert asked <= exported


def test_controllers_take_their_roles_as_the_account_that_the_role_trusts() -> None:
    trusted = {
        name: (namespace, account)
        for name, namespace, account in ACCOUNT.findall(
            (SOURCE / "modules/eks/controllers.tf").read_text()
        )
    }
    roles = re.findall(r"^export (\w+)=\$\(role ([a-z-]+)\)$", GUIDE, re.MULTILINE)
    assert roles
    for variable, controller in roles:
        release = _controllers()[controller]
        namespace, account = trusted[controller]
        [path] = _values(release)
        text = path.read_text()
        assert release["namespace"] == namespace
        assert f'role-arn: {{{{ requiredEnv "{variable}" }}}}' in text
        assert re.search(rf"^ +name: {account}$", text, re.MULTILINE)
