"""Where the embedded PostgreSQL keeps its things: in the home, or in a fallback where its user cannot get there.

    HOME/postgres/ (or /var/lib/placet-<digest of HOME>/, which HOME/postgres.location then names)
      data/             the database; the server's user owns it, mode 0700
      run/              the socket, mode 0700; elsewhere (`socket-directory` says where) if a socket cannot live here
      programs/         a copy of the programs, only where the server's user cannot reach the installed ones
      postgres.log      and postgres.log.1
      *.lock            who is there; see supervisor.py

Nothing here deletes data.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import tempfile
from pathlib import Path

from placet.db.embedded import supervisor
from placet.db.embedded.account import Account, account_for
from placet.errors import Unavailable

FALLBACK_ROOT = Path("/var/lib")
LOCATION = "postgres.location"
CONTROL_FILES = (
    supervisor.STARTING,
    supervisor.USERS,
    supervisor.SUPERVISOR,
    supervisor.SERVER,
    supervisor.LOG,
    f"{supervisor.LOG}.1",
)


def find_place(home: Path) -> Path | None:
    """The directory of a server that was set up before, or None. Creates nothing."""
    location = home / LOCATION
    if location.is_file():
        # Only the last part of the path counts, so that the file can point nowhere else.
        name = Path(location.read_text(encoding="utf-8").strip()).name
        if not re.fullmatch(r"placet-[0-9a-f]{12}", name):
            raise Unavailable(f"{location} does not name a directory of Placet in {FALLBACK_ROOT}.")
        place = FALLBACK_ROOT / name
    else:
        place = home / "postgres"
    return place if (place / CONTROL_FILES[-1]).exists() else None


def make_place(home: Path) -> Path:
    """Set up the directory and its files, wherever they can be; doing it again, or twice at once, changes nothing."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    inside = home / "postgres"
    place = find_place(home) or inside
    account = server_account(place)
    if os.geteuid() == 0 and place == inside and not _opened(home, account):
        if (inside / "data").exists():
            raise Unavailable(
                f"The server's user cannot reach {inside / 'data'}: a directory above {home} is closed to it. "
                "Open that directory for passing through (chmod o+x), or move the home to another place."
            )
        place = FALLBACK_ROOT / f"placet-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    place.mkdir(exist_ok=True, mode=0o700)
    if os.geteuid() == 0 and place.stat().st_uid == 0:
        place.chmod(0o711)
    if place != inside:
        account = server_account(place)
        _write_whole(home / LOCATION, f"{place}\n")
    for name in CONTROL_FILES:
        _create(place / name, account)
    return place


def server_account(place: Path) -> Account:
    """The user of this place's server, who stays once chosen, even if the system gets a better one later."""
    return account_for(place / "data", place / supervisor.USERS)


def socket_directory(place: Path) -> Path | None:
    """The directory of the socket as it was last chosen for this place, or None."""
    try:
        of, _, chosen = (place / "socket-directory").read_text(encoding="utf-8").strip().partition("\n")
    except FileNotFoundError:
        return None
    # A home that was copied or moved brings the note along, and would lead to the other one's server.
    return Path(chosen) if of == str(place) else None


def choose_socket_directory(place: Path, account: Account) -> Path:
    """A directory of mode 0700 in which a socket can live: the last one, `run` in the place, or one under /tmp."""
    last = socket_directory(place)
    if last and _holds_sockets(last, account) and not _is_somebody_elses(last, place):
        return last
    chosen = place / "run"
    chosen.mkdir(exist_ok=True, mode=0o700)
    account.own(chosen)
    if not _holds_sockets(chosen, account) or _is_somebody_elses(chosen, place):
        # Not the directory TMPDIR names: that may be long again, or closed to the server's user.
        chosen = Path(tempfile.mkdtemp(prefix="placet-", dir="/tmp"))
        account.own(chosen)
    _write_whole(place / "socket-directory", f"{place}\n{chosen}\n", account)
    return chosen


def _holds_sockets(directory: Path, account: Account) -> bool:
    """Whether a socket can live here; tried, since the path may be too long or the file system may know no sockets."""
    if not re.fullmatch(r"[\w./-]+", str(directory), re.ASCII):
        return False  # a comma, say, separates hosts in a connection's address
    try:
        found = directory.lstat()
        if (found.st_uid, found.st_mode) != (account.uid, 0o040700):
            return False
        trial = directory / ".s.PGSQL.test"  # as long as the real one's name
        trial.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(trial))
        trial.unlink()
    except OSError:
        return False
    return True


def _is_somebody_elses(directory: Path, place: Path) -> bool:
    """Whether a server listens here although none of this place runs."""
    return supervisor.listener(directory) is not None and not supervisor.is_locked(place / supervisor.SERVER)


def _opened(home: Path, account: Account) -> bool:
    """Let the server's user pass through the home, and the home only; whether it gets there."""
    if not account.reaches(home.parent):
        return False
    if home.stat().st_mode & 0o011 != 0o011:
        home.chmod(home.stat().st_mode & 0o7777 | 0o011)
    return account.reaches(home)


def _create(path: Path, account: Account) -> None:
    """Create an empty file of the server's user unless it exists; one that exists is left alone, whoever owns it."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    try:
        if os.geteuid() == 0:
            os.fchown(descriptor, account.uid, account.gid)
    finally:
        os.close(descriptor)


def _write_whole(path: Path, text: str, account: Account | None = None) -> None:
    """Write a small file so that nobody ever reads a part of it, and give it to the server's user if one is named."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if account:
        account.own(Path(name))
    os.replace(name, path)
