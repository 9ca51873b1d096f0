"""Which system user the embedded PostgreSQL runs as: ours, unless we are root, which PostgreSQL refuses to run as."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from placet.errors import Unavailable

PREFERRED = ("placet", "postgres")  # not `nobody`: others run as it too, and they would reach the data
LAST_RESORT = 60800  # no distribution and no part of systemd gives this one out (systemd.io/UIDS-GIDS)


class Account(NamedTuple):
    """A system user by its numbers; it need not have a name."""

    uid: int
    gid: int

    @property
    def is_named(self) -> bool:
        """Whether the system knows a name for it."""
        return _entry(self.uid) is not None

    def own(self, path: Path) -> None:
        """Give a directory or file to this user, where we are allowed to give anything away."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, *command: str | Path, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a program to its end as this user, its standard output and errors together as text.

        Raises PermissionError where this user cannot reach the program.
        """
        other = os.geteuid() == 0
        return subprocess.run(  # noqa: S603 - only our own commands come here
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            timeout=timeout,
            check=False,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def reaches(self, directory: Path) -> bool:
        """Whether this user can go there; asked of the kernel, since modes alone do not tell (access lists, mounts)."""
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", directory).returncode == 0


def account_for(*belongings: Path) -> Account:
    """The user to run the server as: the owner of its first belonging that exists, else ourselves, if not root."""
    for path in belongings:
        try:
            found = path.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == 0:
            raise Unavailable(f"{path} belongs to root, and PostgreSQL does not run as root. Give it to another user.")
        if os.geteuid() not in (0, found.st_uid):
            owner = _name(found.st_uid)
            raise Unavailable(f"{path} belongs to {owner}. Run Placet as that user, or with another PLACET_HOME.")
        return Account(found.st_uid, found.st_gid)
    return unprivileged() if os.geteuid() == 0 else Account(os.geteuid(), os.getegid())


def unprivileged() -> Account:
    """A user for a server that root starts: `placet` or `postgres`; a new `placet`; or a number that needs no name."""
    for name in PREFERRED:
        if account := _named(name):
            return account
    if command := shutil.which("useradd"):
        options = [
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir=/nonexistent",
            "--shell=/usr/sbin/nologin",
        ]
        subprocess.run([command, *options, PREFERRED[0]], capture_output=True, check=False)  # noqa: S603 - as above
        if account := _named(PREFERRED[0]):  # also where another process was first
            return account
    return Account(LAST_RESORT, LAST_RESORT)


def for_initdb(account: Account) -> Account:
    """Who runs `initdb` for this user: itself, or, as `initdb` insists on a name, a named stand-in with its group."""
    if os.geteuid() != 0 or account.is_named:
        return account
    named = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    named.sort(key=lambda entry: entry.pw_name != "nobody")
    return Account(named[0].pw_uid, account.gid) if named else account


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid) if entry.pw_uid != 0 else None


def _entry(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _name(uid: int) -> str:
    entry = _entry(uid)
    return f"the user {entry.pw_name}" if entry else f"the user number {uid}"
