"""Every module keeps its contracts, every root is valid, and all of it is formatted."""

import re
import subprocess
from collections.abc import Callable

import pytest
from tests.infrastructure.terraform import FOLDERS, MODULES, SOURCE, Terraform

DECLARATION = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def test_there_is_something_to_test() -> None:
    assert MODULES


def test_configuration_is_formatted(terraform: Terraform) -> None:
    terraform.run(SOURCE, "fmt", "-check", "-diff", "-recursive", "-no-color")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_is_valid_and_keeps_its_contracts(
    folder: str, checked: Callable[[str], None]
) -> None:
    checked(folder)


@pytest.mark.parametrize("module", MODULES)
def test_module_states_its_contracts_and_refusals(module: str) -> None:
    tests = "".join(
        path.read_text() for path in SOURCE.glob(f"modules/{module}/tests/*.tftest.hcl")
    )
    assert "mock_provider" in tests, "it has no terraform test that needs no server"
    assert "expect_failures" in tests, "none of its tests shows what it refuses"


@pytest.mark.parametrize("folder", FOLDERS)
def test_inputs_are_typed_and_everything_is_described(folder: str) -> None:
    wrong = []
    for path in sorted((SOURCE / folder).glob("*.tf")):
        for kind, name, body in DECLARATION.findall(path.read_text()):
            if not re.search(r'^  description\s+= ("|<<)', body, re.MULTILINE):
                wrong.append(f"{path.name}: {kind} {name} has no description")
            if kind == "variable" and not re.search(r"^  type\s+= ", body, re.MULTILINE):
                wrong.append(f"{path.name}: variable {name} has no type")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", FOLDERS)
def test_folder_needs_the_same_terraform_and_no_provider_but_aws(folder: str) -> None:
    text = (SOURCE / folder / "versions.tf").read_text()
    assert re.search(r'required_version\s+= ">= 1\.11"', text)
    assert re.findall(r'source\s+= "([^"]+)"', text) == ["hashicorp/aws"]
    assert re.search(r'version\s+= "~> 5\.100"', text)


@pytest.mark.parametrize("folder", ["bootstrap", *(f"modules/{name}" for name in MODULES)])
def test_page_has_every_input_and_output(folder: str) -> None:
    page = (SOURCE / folder / "README.md").read_text()
    shown = re.findall(r"^\| `(\w+)` \|", page.partition("<!-- inputs and outputs -->")[2], re.M)
    declared = [
        name
        for file in ("variables.tf", "outputs.tf")
        for name in re.findall(
            r'^(?:variable|output) "(.+)"', (SOURCE / folder / file).read_text(), re.M
        )
    ]
    assert declared
    assert shown == declared


def test_tables_in_the_pages_are_those_of_the_code() -> None:
    done = subprocess.run([SOURCE / "write-readme", "--check"], timeout=30, check=False)
    assert done.returncode == 0, "run deploy/terraform/write-readme"
