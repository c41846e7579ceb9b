"""The system user that a server runs as where we are root, and its way to our folders."""

import subprocess
from pathlib import Path

from tradewind.platform.errors import StartupRefused


def ensure_user(name: str) -> None:
    """Make the system user that the server runs as: PostgreSQL refuses to run as root."""
    import pwd

    try:
        pwd.getpwnam(name)
        return
    except KeyError:
        pass
    try:
        subprocess.run(  # noqa: S603 the name is a constant of this module
            ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/",
             "--shell", "/bin/false", name],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise StartupRefused(
            "PostgreSQL does not run as root, and the system user for it could not be made "
            f"({error}). Start Tradewind as an ordinary user, or set TRADEWIND_DATABASE_URL."
        ) from error


def open_way(path: Path) -> None:
    """Let the server's user pass through the folders above a path (traverse, not list)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod((mode & 0o7777) | 0o001)
