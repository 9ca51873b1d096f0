"""Migrations: alembic keeps the order, each step is plain SQL in a file beside its revision.

There is no way down: a trail that can be migrated away is no trail. Go back by restoring a backup.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op


def run_sql_file(revision_file: str) -> None:
    """Execute the `.sql` file beside a revision, as one multi-statement script inside the migration's transaction."""
    script = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    bind.exec_driver_sql("select 1")  # SQLAlchemy opens its transaction with the first statement it sends itself
    bind.connection.dbapi_connection.run_async(lambda connection: connection.execute(script))  # type: ignore[union-attr]
