"""Find what looks like a secret, in the files of a checkout and in what its commits have added.

`scripts/secrets-scan` runs it, in the environment that has detect-secrets. It never prints what it
has found, only where: `file:line: kind` in a file, `commit file:line: kind` in what a commit added.
"""

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detect_secrets.core.baseline import create
from detect_secrets.core.scan import scan_diff
from detect_secrets.settings import configure_settings_from_baseline, default_settings, get_settings

KNOWN = Path(".ci/no-secrets")

# Locks are made of hashes, and what is generated or drawn has long words of its own.
_LEFT_OUT = r"^requirements/|package-lock\.json$|^docs/(images|openapi)/|^web-ui/public/"
# What was added at some time need not be a file any more.
_FILES_ONLY = "detect_secrets.filters.common.is_invalid_file"
_SHOW = (
    *("git", "-c", "core.quotePath=false", "show", "--format=", "--patch", "--unified=0"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"),
    # Of a merge, what whoever merged has written.
    *("--diff-merges=remerge", "--src-prefix=a/", "--dst-prefix=b/"),
)


@contextmanager
def _settings() -> Iterator[None]:
    with default_settings() as settings:
        # A word such as `password` before a `=` is everywhere in a platform that has passwords.
        settings.disable_plugins("KeywordDetector")
        settings.filters["detect_secrets.filters.regex.should_exclude_file"] = {
            "pattern": [_LEFT_OUT]
        }
        yield


def in_files() -> list[str]:
    """Return where the tracked files have what looks like a secret."""
    with _settings():
        found = create(".")
    return sorted(f"{file}:{each.line_number}: {each.type}" for file, each in found)


def in_commits(commits: list[str]) -> list[str]:
    """Return where commits have added what looks like a secret and is not known to be none."""
    with _settings():
        get_settings().disable_filters(_FILES_ONLY)
        settings = get_settings().json()
        with multiprocessing.Pool(initializer=_as_configured, initargs=(settings,)) as pool:
            found = [line for lines in pool.imap(_added, commits, chunksize=4) for line in lines]
    known = set(KNOWN.read_text().splitlines()) if KNOWN.exists() else set()
    return [line for line in found if line not in known]


def _as_configured(settings: dict[str, object]) -> None:
    configure_settings_from_baseline(settings)
    get_settings().disable_filters(_FILES_ONLY)


def _added(commit: str) -> list[str]:
    shown = subprocess.run([*_SHOW, commit], capture_output=True, check=True).stdout
    return sorted(
        {
            f"{commit[:12]} {each.filename}:{each.line_number}: {each.type}"
            for each in scan_diff(shown.decode(errors="replace"))
        }
    )


def commits_after(since: str) -> list[str]:
    """Return the commits of this checkout that another one does not have, the oldest first."""
    there = subprocess.run(
        ["git", "rev-parse", "--quiet", "--verify", f"{since}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    left_out = [f"^{since}"] if since and there.returncode == 0 else []
    listed = subprocess.run(
        ["git", "rev-list", "--reverse", "HEAD", *left_out],
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.split()


def main(since: str) -> None:
    """Print where something was found, and end with 1 if it was."""
    commits = commits_after(since)
    found = in_files()
    added = in_commits(commits)
    for line in [*found, *added]:
        print(line)
    if added:
        sys.exit(
            "These look like secrets. What a commit holds stays in the history: revoke it, "
            "wherever it is good for, and make a new one."
        )
    if found:
        sys.exit("These look like secrets. Take them out, and make new ones.")
    print(f"No secret was found. Commits that were looked through: {len(commits)}.")


if __name__ == "__main__":
    main(sys.argv[1])
