"""What a cluster needs around the platform is pinned, has values of ours, and fits the charts."""

import re

import yaml
from tests.kubernetes.tools import ROOT, Manifest, named, render

HELM = ROOT / "deploy/helm"


def releases() -> dict[str, Manifest]:
    """Return the releases of the helmfile, with what a template fills in left open."""
    text = re.sub(r"\{\{.*?\}\}", "templated", (HELM / "helmfile.yaml.gotmpl").read_text())
    (listed,) = [each["releases"] for each in yaml.safe_load_all(text) if "releases" in each]
    return {each["name"]: each for each in listed}


def test_every_part_is_pinned_and_has_values_of_ours() -> None:
    text = (HELM / "helmfile.yaml.gotmpl").read_text()
    repositories = set(re.findall(r"\{name: ([a-z-]+), url: https://", text))
    for name, release in releases().items():
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", release["version"]), name
        assert release["chart"].partition("/")[0] in repositories, name
        (values,) = release["values"]
        assert (HELM / values).is_file(), name
    used = {release["values"][0] for release in releases().values()}
    assert {f"platform/{path.name}" for path in (HELM / "platform").iterdir()} == used


def test_what_a_part_waits_for_is_there_under_that_name() -> None:
    there = {f"{each['namespace']}/{name}" for name, each in releases().items()}
    for release in releases().values():
        assert set(release.get("needs", [])) <= there


def test_the_page_tells_of_every_part_and_its_namespace() -> None:
    page = (HELM / "platform.md").read_text().lower()
    for name, release in releases().items():
        words = {"nginx-ingress": "nginx of f5"}.get(name, name.replace("aws-", "aws ", 1))
        assert words in page or words.replace("-", " ") in page, name
        assert f"`{release['namespace']}`" in page, name


def test_each_environment_of_the_helmfile_says_everything_that_templates_ask() -> None:
    text = (HELM / "helmfile.yaml.gotmpl").read_text()
    said = [
        set(re.findall(r"(\w+): (?:true|false)", each)) for each in re.findall(r"- \{(.*)\}", text)
    ]
    asked = set(re.findall(r"\.Values\.(\w+)", text))
    for path in (HELM / "platform").glob("*.gotmpl"):
        asked |= set(re.findall(r"\.Values\.(\w+)", path.read_text()))
    environments = [each for each in said if each]
    assert len(environments) == 3
    assert all(each == asked for each in environments)


def test_policies_let_in_whom_the_platform_installs() -> None:
    allowed = str(named(render("local"), "NetworkPolicy", "api-gateway")["spec"]["ingress"])
    assert releases()["nginx-ingress"]["namespace"] in allowed
    watched = named(render("production"), "NetworkPolicy", "api-gateway")["spec"]["ingress"]
    assert releases()["kube-prometheus-stack"]["namespace"] in str(watched)
