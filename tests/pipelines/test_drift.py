"""Drift of what Terraform made is an issue while it lasts, and looking for it waits for nobody."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipelines.workflows import GITLAB, load, workflows
from tests.scripts import copy_scripts, run_script

# Keeps issues in a file, as GitHub would by its own program.
GH = f"""#!{sys.executable}
import json, os, sys
from pathlib import Path
kept = Path(os.environ["ISSUES"])
issues = json.loads(kept.read_text())
kind, action, *rest = sys.argv[1:]
assert kind == "issue"
named = dict(zip(rest[1:] if action in ("edit", "close") else rest,
                 rest[2:] if action in ("edit", "close") else rest[1:]))
if action == "list":
    assert named["--state"] == "open"
    for number, issue in issues.items():
        if issue["open"]:
            print(number, issue["title"])
elif action == "create":
    body = Path(named["--body-file"]).read_text()
    number = str(len(issues) + 1)
    issues[number] = {{"title": named["--title"], "body": body, "open": True}}
elif action == "edit":
    issues[rest[0]]["body"] = Path(named["--body-file"]).read_text()
elif action == "close":
    issues[rest[0]].update(open=False, comment=named["--comment"])
else:
    sys.exit(f"gh issue {{action}}")
kept.write_text(json.dumps(issues))
"""
CHANGED = "  # aws_sns_topic.alarms will be updated in-place\nPlan: 0 to add, 1 to change.\n"
SAME = "\nNo changes. Your infrastructure matches the configuration.\n"


class Desk:
    """A checkout with the script, and issues of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copy_scripts(folder, "common.sh", "report-drift")
        (folder / ".build").mkdir()
        (folder / "bin").mkdir()
        (folder / "bin/gh").write_text(GH)
        (folder / "bin/gh").chmod(0o755)
        self.kept = folder / "issues.json"
        self.kept.write_text("{}")

    def report(self, plan: str | None, root: str = "staging") -> subprocess.CompletedProcess[str]:
        left = self.folder / f".build/drift-{root}.txt"
        left.unlink(missing_ok=True)
        if plan is not None:
            left.write_text(plan)
        return run_script(
            "report-drift",
            folder=self.folder,
            ROOT=root,
            ISSUES=str(self.kept),
            PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}",
            GITHUB_SERVER_URL="https://git.example",
            GITHUB_REPOSITORY="owner/tradewind",
            GITHUB_RUN_ID="7",
        )

    @property
    def issues(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = json.loads(self.kept.read_text())
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_drift_opens_one_issue_that_holds_the_plan_and_names_the_run(desk: Desk) -> None:
    assert desk.report(CHANGED).returncode == 0
    ((number, issue),) = desk.issues.items()
    assert (number, issue["title"], issue["open"]) == ("1", "Terraform: staging has drifted", True)
    assert CHANGED in str(issue["body"])
    assert "https://git.example/owner/tradewind/actions/runs/7" in str(issue["body"])


def test_drift_that_lasts_changes_the_issue_and_opens_no_other(desk: Desk) -> None:
    desk.report(CHANGED)
    desk.report(CHANGED.replace("alarms", "warnings"))
    (issue,) = desk.issues.values()
    assert "aws_sns_topic.warnings" in str(issue["body"])
    assert "aws_sns_topic.alarms" not in str(issue["body"])


def test_drift_that_is_over_closes_the_issue(desk: Desk) -> None:
    desk.report(CHANGED)
    desk.report(SAME)
    assert [each["open"] for each in desk.issues.values()] == [False]
    desk.report(CHANGED)
    assert [each["open"] for each in desk.issues.values()] == [False, True]


def test_each_root_has_an_issue_of_its_own(desk: Desk) -> None:
    desk.report(CHANGED)
    desk.report(CHANGED, root="production")
    desk.report(SAME)
    assert {str(each["title"]).split()[1]: each["open"] for each in desk.issues.values()} == {
        "staging": False,
        "production": True,
    }


def test_a_look_that_failed_is_told_too(desk: Desk) -> None:
    assert desk.report(None).returncode == 0
    (issue,) = desk.issues.values()
    assert "the last look has failed" in str(issue["body"])


def test_nothing_is_told_when_nothing_has_changed(desk: Desk) -> None:
    done = desk.report(SAME)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert desk.issues == {}


def test_nobody_is_waited_for_and_the_role_only_reads() -> None:
    job = workflows()["terraform.yml"]["jobs"]["drift"]
    assert "environment" not in job
    (role,) = (
        step["with"]["role-to-assume"]
        for step in job["steps"]
        if "configure-aws-credentials" in step.get("uses", "")
    )
    assert "AWS_PLAN_ROLE_ARN" in role
    there = load(GITLAB)["drift"]
    assert there["environment"]["action"] == "access"
    assert there["variables"]["ROLE_ARN"] == "$AWS_PLAN_ROLE_ARN"
