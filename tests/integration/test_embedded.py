"""The embedded PostgreSQL, with real processes that come, crash and go. Every server started here ends here."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from placet.db import embedded
from placet.db.embedded import account, cluster, place, programs, supervisor
from placet.errors import Unavailable
from scratch import scratch

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

# A process that uses the server of a home: it prints the address, then does as it is told on standard input.
USER = """
import os, signal, sys, time
from pathlib import Path
from placet.db import embedded

def interrupted(*_):
    print("interrupted", flush=True)

signal.signal(signal.SIGINT, interrupted)
server = embedded.start(Path(sys.argv[1]))
print(server.owner_url(), flush=True)
order = sys.stdin.readline().strip()
if order == "fail":
    raise RuntimeError("as told")
if order == "release":
    server.release()
    print("released", flush=True)
    sys.stdin.readline()
"""


class User:
    """Another process that uses the server of a home."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-c", USER, str(home)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, text=True, start_new_session=True, **pipes)

    @property
    def url(self) -> str:
        return self.hears()

    def hears(self) -> str:
        return self.process.stdout.readline().strip()

    def told(self, order: str) -> None:
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """A short path that everybody can pass through, which pytest's own is not; at the end nobody may be left there."""
    directory = Path(tempfile.mkdtemp(prefix="placet-test-", dir=scratch()))
    directory.chmod(0o755)
    yield directory
    remaining = [line for line in processes() if str(directory) in line]
    shutil.rmtree(directory)
    assert remaining == []


@pytest.fixture(scope="module")
def seed(base: Path) -> Path:
    """A home whose server ran once, stored a row, and stopped."""
    home = base / "seed"
    server = embedded.start(home)
    query(server.owner_url(), "create table note (text text); insert into note values ('kept')")
    server.release()
    end(home)
    return home


@pytest.fixture
def home(base: Path) -> Iterator[Path]:
    """A path where nothing is yet."""
    path = Path(tempfile.mkdtemp(dir=base)) / "home"
    path.parent.chmod(0o755)
    yield path
    end(path)


@pytest.fixture
def copied(home: Path, seed: Path) -> Path:
    """A copy of the seed for a test that harms it; it brings along a note of where the seed's socket is."""
    subprocess.run(["cp", "-a", seed, home], check=True)
    return home


@pytest.fixture
def seeded(seed: Path) -> Iterator[Path]:
    """The seed itself, for a test that leaves it as it was."""
    yield seed
    end(seed)


@pytest.fixture
def users() -> Iterator[Callable[[Path], User]]:
    made: list[User] = []

    def one(home: Path) -> User:
        made.append(User(home))
        return made[-1]

    yield one
    for user in made:
        user.end()


def end(home: Path) -> None:
    """End the server of a home at once, rather than wait for its supervisor to do so in its own time."""
    for supervisor_of_it in supervisors(home):
        os.kill(supervisor_of_it, signal.SIGKILL)
    if (pid := embedded.status(home).pid) is not None:
        os.kill(pid, signal.SIGINT)
    assert embedded.wait_until_stopped(home)


def query(url: str, sql: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            if ";" in sql:
                return await connection.execute(sql)
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()


def eventually(what: Callable[[], Any], within: float = 10.0) -> Any:
    """What is true in the end, or a failure; an exception on the way means not yet."""
    deadline = time.monotonic() + within
    while True:
        try:
            if answer := what():
                return answer
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            pass
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(0.05)


def processes() -> list[str]:
    """The command line of every process there is, after its number."""
    if Path("/proc/self/cmdline").exists():
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.append(f"{path.parent.name} {path.read_bytes().replace(bytes(1), b' ').decode(errors='replace')}")
            except OSError:
                continue
        return found
    return subprocess.run(
        ["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def supervisors(home: Path) -> list[int]:
    return [int(line.split()[0]) for line in processes() if "supervisor.py" in line and f'"{home}' in line]


def supervisor_pid(home: Path) -> int:
    (pid,) = supervisors(home)
    return pid


def postmaster(home: Path) -> int:
    pid = embedded.status(home).pid
    assert pid is not None
    return pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# -- what is served ----------------------------------------------------------------------------------------------------


async def test_first_start_serves_a_database_to_both_roles(home: Path) -> None:
    server = embedded.start(home)  # with an event loop running, as this test is a coroutine
    try:
        owner = await asyncpg.connect(server.owner_url())
        app = await asyncpg.connect(server.app_url())
        role = "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles"
        assert tuple(await owner.fetchrow(f"{role} where rolname = current_user")) == (
            "placet_owner",
            True,
            True,
            True,
            True,
        )
        assert tuple(await app.fetchrow(f"{role} where rolname = current_user")) == (
            "placet_app",
            False,
            False,
            False,
            True,
        )
        about = (
            "select datdba::regrole::text, pg_encoding_to_char(encoding), datlocprovider, datlocale from pg_database"
        )
        assert tuple(await app.fetchrow(f"{about} where datname = current_database()")) == (
            "placet_owner",
            "UTF8",
            b"b",
            "C.UTF-8",
        )
        names = ["fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "data_checksums", "TimeZone"]
        settings = {name: await owner.fetchval("select current_setting($1)", name) for name in names}
        assert settings == dict(zip(names, ["on", "on", "on", "", "on", "UTC"], strict=True))
        rules = await owner.fetch("select type, auth_method from pg_hba_file_rules where type <> 'local'")
        assert {row["auth_method"] for row in rules} == {"reject"}
        await owner.close()
        await app.close()
    finally:
        server.release()


def test_the_data_and_the_socket_are_closed_to_others(seed: Path) -> None:
    for closed in ("data", "run"):
        found = (seed / "postgres" / closed).stat()
        assert found.st_mode & 0o777 == 0o700
        assert found.st_uid != 0
    assert seed.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)


def test_settings_that_keep_data_safe_cannot_be_altered(copied: Path) -> None:
    server = embedded.start(copied)
    query(server.owner_url(), "alter system set fsync = off;")
    query(server.owner_url(), "alter system set listen_addresses = '*';")
    end(copied)
    again = embedded.start(copied)
    assert query(again.owner_url(), "select current_setting('fsync') || current_setting('listen_addresses')") == "on"
    server.release()
    again.release()


def test_status_tells_before_during_and_after(home: Path, seeded: Path) -> None:
    before = embedded.status(home)
    assert (before.running, before.pid, before.version, before.data_dir) == (False, None, None, None)
    assert not home.exists()
    home = seeded
    server = embedded.start(home)
    during = embedded.status(home)
    assert (during.running, during.supervised) == (True, True)
    assert during.version is not None
    assert during.version.startswith("18.")
    assert during.pid == int((server.data_dir / "postmaster.pid").read_text().split()[0])
    assert (during.data_dir, during.socket_dir) == (server.data_dir, server.socket_dir)
    assert during.log is not None
    assert "ready to accept connections" in during.log.read_text()
    server.release()
    end(home)
    after = embedded.status(home)
    assert (after.running, after.pid, after.version, after.supervised) == (False, None, "18", False)


def test_a_path_no_socket_fits_in(base: Path) -> None:
    home = base / ("a long, ünusual home & more " * 5)
    server = embedded.start(home)
    try:
        assert not server.socket_dir.is_relative_to(home)
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        assert query(server.owner_url(), "select current_setting('data_directory')") == str(server.data_dir)
    finally:
        server.release()
        end(home)
    again = embedded.start(home)
    again.release()
    end(home)
    assert again.socket_dir == server.socket_dir  # one directory under /tmp for a home, not one for each start
    shutil.rmtree(server.socket_dir)


# -- who uses it, and until when ---------------------------------------------------------------------------------------


def test_six_processes_at_once_share_one_server(home: Path, users: Callable[[Path], User]) -> None:
    six = [users(home) for _ in range(6)]
    urls = {user.url for user in six}
    assert len(urls) == 1
    assert len([line for line in processes() if f"-D {home}" in line]) == 1
    assert len(supervisors(home)) == 1
    assert embedded.status(home).running


def test_it_stops_after_the_last_user_however_they_end(base: Path, seed: Path, users: Callable[[Path], User]) -> None:
    ways: dict[str, Callable[[User], Any]] = {
        "exit": lambda user: user.told("leave"),
        "exception": lambda user: user.told("fail"),
        "release": lambda user: user.told("release"),
        "sigterm": lambda user: user.process.send_signal(signal.SIGTERM),
        "sigkill": lambda user: user.process.send_signal(signal.SIGKILL),
    }
    homes = {way: base / f"ends-by-{way}" for way in [*ways, "stays"]}
    for home in homes.values():
        subprocess.run(["cp", "-a", seed, home], check=True)
    last = {way: users(home) for way, home in homes.items()}
    more = [users(homes["stays"]) for _ in range(2)]
    urls = {way: user.url for way, user in last.items()}
    assert all(user.url for user in more)
    for way, leave in ways.items():
        leave(last[way])
    for user in more:
        user.process.kill()
    left = time.monotonic()
    for way in ways:
        assert embedded.wait_until_stopped(homes[way], timeout=8), way
        assert not (homes[way] / "postgres/data/postmaster.pid").exists()  # an orderly stop removes it
    assert last["release"].hears() == "released"
    assert last["release"].process.poll() is None
    time.sleep(max(0.0, left + 4 - time.monotonic()))
    assert query(urls["stays"], "select text from note") == "kept"  # it still has a user, and longer than any grace
    end(homes["stays"])


def test_ctrl_c_in_the_terminal_does_not_reach_it(seeded: Path, users: Callable[[Path], User]) -> None:
    user = users(seeded)
    url = user.url
    server = postmaster(seeded)
    assert os.getsid(server) != os.getsid(user.process.pid)
    os.killpg(user.process.pid, signal.SIGINT)
    assert user.hears() == "interrupted"
    assert query(url, "select text from note") == "kept"
    assert postmaster(seeded) == server
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(supervisor_pid(seeded), number)
    time.sleep(0.7)
    assert embedded.status(seeded).supervised


def test_a_stop_by_hand_is_respected_and_the_next_start_works(seeded: Path, users: Callable[[Path], User]) -> None:
    assert users(seeded).url
    os.kill(postmaster(seeded), signal.SIGINT)
    assert embedded.wait_until_stopped(seeded)
    assert not embedded.status(seeded).running
    server = embedded.start(seeded)
    assert query(server.owner_url(), "select text from note") == "kept"
    server.release()


def test_a_home_that_is_removed_takes_its_server_along(copied: Path, users: Callable[[Path], User]) -> None:
    assert users(copied).url
    old = postmaster(copied)
    shutil.rmtree(copied)
    server = embedded.start(copied)
    eventually(lambda: not alive(old), within=5)
    assert query(server.owner_url(), "select count(*) from pg_tables where tablename = 'note'") == 0
    server.release()


# -- crashes -----------------------------------------------------------------------------------------------------------


def crowd(url: str, count: int = 2) -> list[subprocess.Popen[str]]:
    """Clients whose server processes are busy, so that these outlive a killed postmaster for a moment."""
    code = (
        "import asyncio, sys, asyncpg\n"
        "async def main():\n"
        "    connection = await asyncpg.connect(sys.argv[1])\n"
        "    await connection.execute(\"select 'busy'; select count(*) from generate_series(1, 2e6::int)\")\n"
        "    print('once', flush=True)\n"
        "    await connection.execute('select pg_sleep(60)')\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", code, url]
    made = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(count)
    ]
    for client in made:
        assert client.stdout is not None
        assert client.stdout.readline() == "once\n"
        client.stdout.close()
    return made


def test_a_killed_server_comes_back_with_all_that_was_committed(seeded: Path, users: Callable[[Path], User]) -> None:
    url = users(seeded).url
    clients = crowd(url)
    query(url, "create table committed (at text default 'before'); insert into committed default values")
    killed = postmaster(seeded)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: query(url, "select at from committed")) == "before"
    assert postmaster(seeded) != killed
    query(url, "drop table committed;")
    for client in clients:
        client.wait(timeout=10)


def test_start_after_everything_was_killed(seeded: Path, users: Callable[[Path], User]) -> None:
    user = users(seeded)
    url = user.url
    clients = crowd(url)
    query(url, "create table committed (at text default 'before'); insert into committed default values")
    os.kill(supervisor_pid(seeded), signal.SIGKILL)
    os.kill(postmaster(seeded), signal.SIGKILL)
    user.end()
    server = embedded.start(seeded)
    assert query(server.owner_url(), "select at from committed") == "before"
    query(url, "drop table committed;")
    server.release()
    for client in clients:
        client.wait(timeout=10)


def test_a_start_waits_for_children_of_a_killed_server_that_do_not_end(
    seeded: Path, users: Callable[[Path], User]
) -> None:
    user = users(seeded)
    url = user.url
    (client,) = crowd(url, 1)
    sleeper = "select pid from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()"
    eventually(lambda: query(url, sleeper) is not None)  # the client is connected before it begins to sleep
    busy = query(url, sleeper)
    os.kill(busy, signal.SIGSTOP)
    try:
        os.kill(supervisor_pid(seeded), signal.SIGKILL)
        os.kill(postmaster(seeded), signal.SIGKILL)
        user.end()
        with pytest.raises(Unavailable, match="does not answer"):
            embedded.start(seeded, timeout=1)
    finally:
        os.kill(busy, signal.SIGCONT)
    server = embedded.start(seeded)
    assert query(server.owner_url(), "select text from note") == "kept"
    server.release()
    client.wait(timeout=10)


def test_a_server_whose_supervisor_was_killed_is_adopted(seeded: Path, users: Callable[[Path], User]) -> None:
    url = users(seeded).url
    os.kill(supervisor_pid(seeded), signal.SIGKILL)
    before = postmaster(seeded)
    assert query(url, "select text from note") == "kept"
    eventually(lambda: not embedded.status(seeded).supervised)
    second = users(seeded)
    assert second.url == url
    assert postmaster(seeded) == before
    assert embedded.status(seeded).supervised
    os.kill(before, signal.SIGKILL)  # the new supervisor is not its parent, and starts it again all the same
    assert eventually(lambda: query(url, "select text from note")) == "kept"


def test_an_adopted_server_stops_after_its_last_user(seeded: Path, users: Callable[[Path], User]) -> None:
    user = users(seeded)
    assert user.url
    os.kill(supervisor_pid(seeded), signal.SIGKILL)
    eventually(lambda: not embedded.status(seeded).supervised)
    server = embedded.start(seeded)
    pid = postmaster(seeded)
    user.end()
    server.release()
    assert embedded.wait_until_stopped(seeded, timeout=8)
    eventually(lambda: not alive(pid))  # a zombie until its new parent takes note
    assert not (server.data_dir / "postmaster.pid").exists()


# -- what a dead server leaves behind ----------------------------------------------------------------------------------


def owner_of(home: Path) -> account.Account:
    return place.server_account(home / "postgres")


def sleeper(home: Path, seconds: int) -> subprocess.Popen[bytes]:
    """A process of the server's user, which PostgreSQL would take for a server if its number is in postmaster.pid."""
    user: dict[str, Any] = {"user": owner_of(home).uid} if os.geteuid() == 0 else {}
    return subprocess.Popen(["sleep", str(seconds)], **user)


@pytest.mark.parametrize("named", ["dead", "zombie", "stranger", "ourselves", "nobody", "garbage"])
def test_a_stale_postmaster_pid_leads_nowhere(seeded: Path, named: str, users: Callable[[Path], User]) -> None:
    data = seeded / "postgres/data"
    stranger = sleeper(seeded, 0 if named in {"dead", "zombie"} else 300)
    try:
        if named == "dead":
            stranger.wait()
        elif named == "zombie":
            time.sleep(0.3)
        number = {"ourselves": str(os.getpid()), "nobody": "", "garbage": "one\0two"}.get(named, str(stranger.pid))
        # As a crash leaves it: number, data, start, port, socket, address, shared memory, state.
        rest = [str(data), "1700000000", "5432", str(seeded / "postgres/run"), "", "  5432001         7", "ready   "]
        (data / "postmaster.pid").write_text("\n".join([number, *rest]) + "\n" if named != "nobody" else "")
        owner_of(seeded).own(data / "postmaster.pid")
        run = seeded / "postgres/run"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(run / ".s.PGSQL.5432"))
        (run / ".s.PGSQL.5432.lock").write_text(f"{number}\n{data}\n1700000000\n5432\n{run}\n")
        assert embedded.status(seeded).pid is None
        server = embedded.start(seeded, timeout=20)
        assert query(server.owner_url(), "select text from note") == "kept"
        server.release()
        if named == "stranger":
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_started_by_hand_on_the_data_stays_safe(seeded: Path) -> None:
    tree = seeded / "postgres"
    user = owner_of(seeded)
    by_hand = programs.usable_programs(tree, user)
    become: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [by_hand.postgres, "-D", tree / "data", "-k", tree / "run", "-p", "5433", "-c", "listen_addresses="]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/", **become)
    try:
        url = f"postgresql://placet_owner@/placet?host={tree / 'run'}&port=5433"
        eventually(lambda: query(url, "select 1"))
        with pytest.raises(Unavailable, match=r"did not start.*still in use"):
            embedded.start(seeded, timeout=20)
        assert query(url, "select text from note") == "kept"
        assert int((tree / "data/postmaster.pid").read_text().split()[0]) == server.pid
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def test_a_copied_home_has_a_server_of_its_own(seed: Path, copied: Path, users: Callable[[Path], User]) -> None:
    original = users(seed).url
    copy = users(copied).url
    query(copy, "insert into note values ('in the copy');")
    assert query(original, "select count(*) from note") == 1
    end(seed)


def test_another_homes_server_is_not_taken_for_ours(seed: Path, copied: Path, users: Callable[[Path], User]) -> None:
    original = users(seed).url
    tree = copied / "postgres"
    (tree / "socket-directory").write_text(f"{tree}\n{seed / 'postgres/run'}\n")
    found = embedded.status(copied)
    assert (found.running, found.version) == (False, "18")
    copy = users(copied).url
    query(copy, "insert into note values ('in the copy');")
    assert query(original, "select count(*) from note") == 1
    end(seed)


def test_an_interrupted_first_start_is_begun_afresh(home: Path) -> None:
    half = place.make_place(home) / "data.partial-x" / "data"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = embedded.start(home)
    server.release()
    assert [path.name for path in server.data_dir.parent.glob("data*")] == ["data"]


def test_data_that_is_not_whole_is_left_alone(home: Path) -> None:
    data = place.make_place(home) / "data"
    data.mkdir()
    (data / "precious").write_text("customers")
    account.unprivileged().own(data)
    with pytest.raises(Unavailable, match="not a whole data directory"):
        embedded.start(home)
    assert (data / "precious").read_text() == "customers"


def test_data_of_another_major_version_is_refused(seeded: Path) -> None:
    version = seeded / "postgres/data/PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(Unavailable, match=r"of PostgreSQL 17, but .* PostgreSQL 18\. .*dump") as refused:
        embedded.start(seeded)
    assert refused.value.code == "embedded_version"
    version.write_text("18\n")
    server = embedded.start(seeded)
    assert query(server.owner_url(), "select text from note") == "kept"
    server.release()


def test_a_server_that_cannot_start_says_why(copied: Path) -> None:
    conf = copied / "postgres/data/postgresql.conf"
    with conf.open("a") as file:
        file.write("shared_buffers = 'plenty'\n")
    with pytest.raises(Unavailable, match=r"did not start.*shared_buffers"):
        embedded.start(copied, timeout=20)


@as_root
@on_linux
def test_a_full_disk_is_told_and_overcome(home: Path) -> None:
    home.mkdir(mode=0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", home], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(Unavailable, match="No space left on device"):
            embedded.start(home)
        assert list((home / "postgres").glob("data*")) == []
        subprocess.run(["mount", "-o", "remount,size=400m", home], check=True)
        server = embedded.start(home)
        assert query(server.app_url(), "select 1") == 1
        server.release()
        end(home)
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)


def test_without_the_package_it_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PACKAGE", "no_such_package")
    with pytest.raises(Unavailable, match="PLACET_DATABASE_URL"):
        embedded.start(home)


# -- as root -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(base: Path) -> Path:
    """A directory only root can enter, like root's own home."""
    directory = Path(tempfile.mkdtemp(dir=base))
    assert directory.stat().st_mode & 0o777 == 0o700
    return directory


@as_root
def test_a_home_below_a_closed_directory_uses_the_fallback(closed: Path) -> None:
    home = closed / ".local/share/placet"
    server = embedded.start(home)
    try:
        fallback = server.data_dir.parent
        assert fallback.parent == place.FALLBACK_ROOT
        assert (home / "postgres.location").read_text().strip() == str(fallback)
        assert closed.stat().st_mode & 0o777 == 0o700
        query(server.owner_url(), "create table note (text text); insert into note values ('kept')")
        server.release()
        end(home)
        moved = home.with_name("moved")
        home.rename(moved)
        again = embedded.start(moved)
        assert again.data_dir == server.data_dir
        assert query(again.owner_url(), "select text from note") == "kept"
        again.release()
        end(moved)
    finally:
        shutil.rmtree(server.data_dir.parent)


@as_root
def test_data_that_became_unreachable_is_not_replaced_by_an_empty_database(seeded: Path) -> None:
    seeded.parent.chmod(0o700)
    with pytest.raises(Unavailable, match="closed to it"):
        embedded.start(seeded)
    assert not (seeded / "postgres.location").exists()
    seeded.parent.chmod(0o755)
    server = embedded.start(seeded)
    assert query(server.owner_url(), "select text from note") == "kept"
    server.release()


@as_root
def test_programs_out_of_reach_are_copied(home: Path, closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = programs._installed()
    for part in (installed.parent, installed.parent.parent / programs.LIBRARIES):
        if part.is_dir():
            subprocess.run(["cp", "-a", part, closed], check=True)
    monkeypatch.setattr(programs, "_installed", lambda: closed / installed.relative_to(installed.parent.parent))
    server = embedded.start(home)
    copy = home / "postgres/programs"
    assert closed.stat().st_mode & 0o777 == 0o700
    assert [line for line in processes() if f"{copy}/" in line and f"-D {server.data_dir}" in line]
    # A function in PL/pgSQL needs a library of the copy, and a time zone one of its data files.
    assert query(server.owner_url(), "do $$ begin perform now() at time zone 'Europe/Warsaw'; end $$;") == "DO"
    made = copy.stat().st_mtime_ns
    server.release()
    end(home)
    again = embedded.start(home)
    again.release()
    assert copy.stat().st_mtime_ns == made  # copied once


@as_root
def test_a_user_without_a_name_will_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "PREFERRED", ("no-such-user",))
    monkeypatch.setattr(account.shutil, "which", lambda _: None)
    server = embedded.start(home)
    with pytest.raises(KeyError):
        pwd.getpwuid(server.data_dir.stat().st_uid)
    assert {path.stat().st_uid for path in server.data_dir.rglob("*")} == {account.LAST_RESORT}
    assert query(server.app_url(), "select 1") == 1
    server.release()


@as_root
@on_linux
def test_a_system_user_is_created_where_there_is_none(base: Path) -> None:
    """In a mount namespace of its own, so that the user is gone afterwards."""
    etc = base / "etc"
    script = (
        'cp -a /etc "$1" && mount --bind "$1" /etc && sed -i "/^postgres:/d; /^placet:/d" /etc/passwd /etc/group '
        '&& exec "$2" -c "from placet.db.embedded.account import unprivileged as u; import pwd; a = u(); '
        'print(pwd.getpwuid(a.uid), a == u())"'
    )
    unshare = shutil.which("unshare")
    if not unshare or not shutil.which("useradd") or subprocess.run([unshare, "-m", "true"], check=False).returncode:
        pytest.skip("needs unshare and useradd")
    command = [unshare, "-m", "sh", "-c", script, "sh", etc, sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "pw_name='placet'" in done.stdout, done.stderr
    assert "nologin" in done.stdout
    assert done.stdout.strip().endswith("True")


@as_root
def test_an_ordinary_users_home_stays_theirs_when_root_starts_it(home: Path) -> None:
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    tree = place.make_place(home)
    for path in (home, tree, *tree.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    server = embedded.start(home)
    assert query(server.app_url(), "select 1") == 1
    assert {path.stat().st_uid for path in tree.rglob("*")} == {nobody.pw_uid}
    server.release()


def test_the_log_is_bounded(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = copied / "postgres" / supervisor.LOG
    log.write_bytes(b"old\n" * (supervisor.LOG_BYTES // 4 + 1))
    server = embedded.start(copied)
    eventually(lambda: log.stat().st_size < 100_000)
    assert log.with_name("postgres.log.1").stat().st_size >= supervisor.LOG_BYTES
    with pytest.raises(asyncpg.PostgresError):
        query(server.app_url(), "select * from no_such_table")
    assert "no_such_table" in log.read_text()  # the server goes on at the new end
    assert cluster.SETTINGS["log_error_verbosity"] == "terse"
    with pytest.raises(asyncpg.UniqueViolationError):
        query(server.owner_url(), "create table one (name text unique); insert into one values ('Ada'), ('Ada')")
    assert "(name)=(Ada)" not in log.read_text()
    server.release()
