"""What the embedded PostgreSQL decides before any server runs: where things lie, and who is there."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from placet.db.embedded import EmbeddedServer, account, cluster, place, programs, status, supervisor
from placet.errors import Unavailable


@pytest.fixture
def short():
    """A directory with a short path, as pytest's own may be too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="placet-", dir="/tmp") as directory:
        yield Path(directory)


def ourselves():
    return account.Account(os.geteuid(), os.getegid())


def test_addresses_name_role_database_and_socket():
    server = EmbeddedServer(Path("/srv/postgres"), Path("/tmp/a b"), os.open(os.devnull, os.O_RDONLY))
    assert server.owner_url() == "postgresql://placet_owner@/placet?host=/tmp/a%20b&port=5432"
    assert server.app_url("test/1") == "postgresql://placet_app@/test%2F1?host=/tmp/a%20b&port=5432"
    assert server.data_dir == Path("/srv/postgres/data")
    server.release()


@pytest.mark.parametrize(
    ("first_line", "pid"),
    [
        ("4711", 4711),
        ("-4711", 4711),
        ("0", None),
        ("", None),
        ("one", None),
        ("9" * 40, int("9" * 32)),
        ("4\x00", None),
    ],
)
def test_the_process_a_pid_file_names(tmp_path, first_line, pid):
    (tmp_path / "postmaster.pid").write_text(f"{first_line}\n/data\n1700000000\n")
    assert supervisor.noted_pid(tmp_path / "postmaster.pid") == pid


def test_a_missing_pid_file_names_nobody(tmp_path):
    assert supervisor.noted_pid(tmp_path / "postmaster.pid") is None


def test_locks_are_shared_or_exclusive_and_end_with_their_descriptor(tmp_path):
    path = tmp_path / "users.lock"
    path.touch()
    assert not supervisor.is_locked(path)
    first, second = supervisor.try_lock(path, shared=True), supervisor.try_lock(path, shared=True)
    assert supervisor.try_lock(path) is None
    assert not supervisor.is_locked(path)
    os.close(first)
    os.close(second)
    exclusive = supervisor.try_lock(path)
    assert supervisor.is_locked(path)
    assert supervisor.try_lock(path, shared=True) is None
    os.close(exclusive)
    assert not supervisor.is_locked(path)


def test_the_listener_is_known_by_the_kernels_word(short):
    path = short / f".s.PGSQL.{supervisor.PORT}"
    assert supervisor.listener(short) is None
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        assert supervisor.listener(short) is None  # bound, as a crash leaves it, but nobody listens
        server.listen()
        assert supervisor.listener(short) == os.getpid()
    assert supervisor.listener(short) is None


@pytest.mark.parametrize("name", ["plain", "with, comma", "with space", "ünusual", "long" * 30])
def test_a_socket_lives_in_the_place_only_where_one_can(short, name):
    tree = short / name
    tree.mkdir()
    (tree / supervisor.SERVER).touch()
    chosen = place.choose_socket_directory(tree, ourselves())
    assert chosen.stat().st_mode & 0o777 == 0o700
    assert (chosen == tree / "run") is (name == "plain")
    assert place.choose_socket_directory(tree, ourselves()) == chosen == place.socket_directory(tree)
    chosen.rmdir()  # as a cleaner of /tmp may
    again = place.choose_socket_directory(tree, ourselves())
    assert again.is_dir()
    again.rmdir()


def test_a_directory_others_can_enter_holds_no_socket(short):
    (short / "run").mkdir(mode=0o755)
    chosen = place.choose_socket_directory(short, ourselves())
    assert chosen != short / "run"
    chosen.rmdir()


def test_where_another_server_listens_there_is_no_place_for_ours(short):
    (short / supervisor.SERVER).touch()
    first = place.choose_socket_directory(short, ourselves())
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(first / f".s.PGSQL.{supervisor.PORT}"))
        server.listen()
        other = place.choose_socket_directory(short, ourselves())
    assert other != first
    other.rmdir()


def test_the_note_of_a_moved_place_leads_nowhere(short):
    place.choose_socket_directory(short, ourselves())
    moved = short.with_name(f"{short.name}-moved")
    short.rename(moved)
    assert place.socket_directory(moved) is None
    moved.rename(short)


@pytest.mark.parametrize("named", ["/etc", "/var/lib/placet-../etc", "/var/lib/placet-0123456789ab/..", ""])
def test_a_location_names_a_fallback_of_placet_or_nothing(tmp_path, named):
    (tmp_path / place.LOCATION).write_text(f"{named}\n")
    with pytest.raises(Unavailable, match="does not name"):
        place.find_place(tmp_path)


def test_a_location_is_looked_up_below_the_fallbacks_only(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "FALLBACK_ROOT", tmp_path)
    tree = tmp_path / "placet-0123456789ab"
    tree.mkdir()
    (tree / place.CONTROL_FILES[-1]).touch()
    (tmp_path / place.LOCATION).write_text("/elsewhere/placet-0123456789ab\n")
    assert place.find_place(tmp_path) == tree


def test_to_look_creates_nothing(tmp_path):
    assert not status(tmp_path / "home").running
    assert list(tmp_path.iterdir()) == []


def test_data_of_root_is_refused(monkeypatch, tmp_path):
    class Root:
        st_uid = st_gid = 0

    monkeypatch.setattr(Path, "stat", lambda _self: Root)
    with pytest.raises(Unavailable, match="belongs to root"):
        account.account_for(tmp_path)


def test_data_of_somebody_else_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(account.os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    owner = tmp_path.stat().st_uid
    if owner == 0:
        os.chown(tmp_path, 54321, 54321)
        owner = 54321
    with pytest.raises(Unavailable, match="Run Placet as that user"):
        account.account_for(tmp_path / "missing", tmp_path)


def test_a_user_without_a_name_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(account.os, "geteuid", lambda: account.LAST_RESORT)
    unnamed = account.Account(account.LAST_RESORT, account.LAST_RESORT)
    with pytest.raises(Unavailable, match="PLACET_DATABASE_URL"):
        cluster.ensure_cluster(tmp_path, programs.Programs(tmp_path, tmp_path, "18"), unnamed)
    assert list(tmp_path.iterdir()) == []


def test_the_stand_in_for_initdb_has_a_name_and_keeps_the_group(monkeypatch):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    unnamed = account.Account(account.LAST_RESORT, account.LAST_RESORT)
    stand_in = account.for_initdb(unnamed)
    assert stand_in.is_named
    assert stand_in.uid not in (0, unnamed.uid)
    assert stand_in.gid == unnamed.gid
    assert account.for_initdb(stand_in) == stand_in
