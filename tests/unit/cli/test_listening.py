"""A port is taken for good before anything else is started, and a taken one is told; no server outlives its parent."""

import multiprocessing
import os
import socket
import threading
from types import SimpleNamespace

import pytest

from placet.cli import listening
from placet.cli.listening import listen
from placet.errors import Conflict, Invalid


def test_the_next_free_port_where_any_will_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            Conflict, match=rf"Port {port} on 127\.0\.0\.1 cannot be listened on: Address already in use\."
        ):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, or_next=True) as found:
            assert port < found.getsockname()[1] < port + 50


def test_of_two_servers_only_one_gets_the_port():
    with listen("127.0.0.1", 0) as found, pytest.raises(Conflict):
        listen("127.0.0.1", found.getsockname()[1])


def test_other_addresses():
    with listen("localhost", 0) as found:
        assert found.getsockname()[1] > 0
    with pytest.raises(Invalid, match="is no address of this machine"):
        listen("a..b", 0)
    with pytest.raises(Conflict, match="Cannot assign requested address"):
        listen("192.0.2.1", 0)


def test_what_is_said_where_no_port_is_free(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("placet.cli.listening.TRIES", 1)
        with pytest.raises(Conflict, match=f"No port from {port} to {port} is free on 127.0.0.1."):
            listen("127.0.0.1", port, or_next=True)


def test_a_worker_process_whose_parent_died_before_it_looked_ends_as_well(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr("placet.api.app.from_environment", lambda: "application")
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=os.getppid() + 1))
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.set() if (pid, number) == (os.getpid(), 15) else None)
    assert listening.worker_application() == "application"
    assert ended.wait(5), "an orphan would keep the port"
