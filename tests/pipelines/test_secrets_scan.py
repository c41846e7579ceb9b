"""Secrets are found in files and in the history, by commit, file and line, and never printed."""

import secrets
import string
import subprocess
from pathlib import Path

import pytest
from tests.scripts import ROOT, copy_scripts, run_script

ENVIRONMENT = ROOT / ".build/pipelines"


class Repository:
    """A repository of its own, with the scripts that scan it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copy_scripts(folder, "common.sh", "secrets-scan", "secrets_scan.py")
        (folder / ".build").mkdir()
        (folder / ".build/pipelines").symlink_to(ENVIRONMENT)
        (folder / ".gitignore").write_text(".build\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("README.md", "A platform.\n")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=Nobody", "-c", "user.email=nobody@example", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, file: str, text: str) -> str:
        """Write a file, commit everything and return the commit."""
        (self.folder / file).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", f"{file}: another text")
        return self.git("rev-parse", "HEAD")

    def scan(self, since: str = "") -> subprocess.CompletedProcess[str]:
        return run_script("secrets-scan", folder=self.folder, SINCE=since)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    if not (ENVIRONMENT / "bin/detect-secrets").exists():
        pytest.skip(f"NO SECRET IS LOOKED FOR: there is no {ENVIRONMENT}; make pipelines-test")
    return Repository(tmp_path / "repository")


@pytest.fixture
def key() -> str:
    """Return what an access key of AWS looks like; nobody has it."""
    return "AKIA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))


def test_a_secret_that_the_next_commit_took_out_is_found_where_it_was(
    repository: Repository, key: str
) -> None:
    commit = repository.commit("access.py", f'REGION = "eu-central-1"\nKEY = "{key}"\n')
    repository.commit("access.py", 'REGION = "eu-central-1"\n')
    done = repository.scan()
    assert done.stdout.splitlines() == [f"{commit[:12]} access.py:2: AWS Access Key"]
    assert done.returncode == 1
    assert "revoke it" in done.stderr
    assert key not in done.stdout + done.stderr


def test_a_secret_whose_file_is_gone_is_found(repository: Repository, key: str) -> None:
    commit = repository.commit("access.txt", f"{key}\n")
    repository.git("rm", "--quiet", "access.txt")
    repository.git("commit", "--quiet", "--message", "access: away with it")
    assert repository.scan().stdout.splitlines() == [
        f"{commit[:12]} access.txt:1: AWS Access Key",
    ]


def test_a_secret_that_is_still_there_is_found_in_its_file_too(
    repository: Repository, key: str
) -> None:
    commit = repository.commit("access.txt", f"{key}\n")
    done = repository.scan()
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "access.txt:1: AWS Access Key",
        f"{commit[:12]} access.txt:1: AWS Access Key",
    ]


def test_what_is_about_to_be_committed_is_found_in_its_file(
    repository: Repository, key: str
) -> None:
    (repository.folder / "access.txt").write_text(f"{key}\n")
    repository.git("add", ".")
    done = repository.scan()
    assert (done.returncode, done.stdout) == (1, "access.txt:1: AWS Access Key\n")
    assert "Take them out" in done.stderr


def test_a_change_answers_for_each_commit_that_it_adds_and_for_no_other(
    repository: Repository, key: str
) -> None:
    before = repository.git("rev-parse", "HEAD")
    added = repository.commit("access.txt", f"{key}\n")
    taken_out = repository.commit("access.txt", "none\n")
    repository.commit("README.md", "A platform that trades.\n")
    assert repository.scan(since=before).stdout.startswith(f"{added[:12]} access.txt:1:")
    done = repository.scan(since=taken_out)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No secret was found. Commits that were looked through: 1.\n"


@pytest.mark.parametrize("since", ["0" * 40, "f" * 40, "main-that-was"])
def test_after_a_commit_that_is_not_here_it_is_the_whole_history(
    repository: Repository, key: str, since: str
) -> None:
    repository.commit("access.txt", f"{key}\n")
    repository.commit("access.txt", "none\n")
    assert repository.scan(since=since).returncode == 1


def test_what_only_a_merge_has_written_is_found(repository: Repository, key: str) -> None:
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit("README.md", "A platform on the side.\n")
    repository.git("checkout", "--quiet", "main")
    repository.commit("README.md", "A platform, mainly.\n")
    with pytest.raises(subprocess.CalledProcessError):
        repository.git("merge", "--quiet", "side")
    merge = repository.commit("README.md", f"A platform, mainly on the side.\n{key}\n")
    assert len(repository.git("rev-list", "--parents", "-1", merge).split()) == 3
    repository.commit("README.md", "A platform.\n")
    assert repository.scan().stdout == f"{merge[:12]} README.md:2: AWS Access Key\n"


def test_what_is_no_secret_says_so_on_its_line_or_in_the_list(
    repository: Repository, key: str
) -> None:
    repository.commit("said.py", f'KEY = "{key}"  # pragma: allowlist secret\n')
    repository.commit("listed.py", f'KEY = "{key}"\n')
    repository.commit("listed.py", "KEY = None\n")
    (line,) = repository.scan().stdout.splitlines()
    (repository.folder / ".ci").mkdir()
    repository.commit(".ci/no-secrets", f"# Nobody has it.\n{line}\n")
    done = repository.scan()
    assert (done.returncode, done.stderr) == (0, "")


def test_a_clone_without_its_history_is_refused(repository: Repository, tmp_path: Path) -> None:
    repository.commit("README.md", "A platform that trades.\n")
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", repository.folder.as_uri(), str(shallow))
    (shallow / ".build").mkdir()
    (shallow / ".build/pipelines").symlink_to(ENVIRONMENT)
    done = run_script("secrets-scan", folder=shallow)
    assert done.returncode == 2
    assert "no history" in done.stderr
