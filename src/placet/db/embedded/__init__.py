"""The embedded PostgreSQL server, for those who have none of their own: one for each home, shared by all its processes.

It starts with its first user and stops with its last. `docs/explanation/embedded-postgresql.md` says how, and what
lies where.
"""

from placet.db.embedded.server import EmbeddedServer, Status, start, status, wait_until_stopped

__all__ = ["EmbeddedServer", "Status", "start", "status", "wait_until_stopped"]
