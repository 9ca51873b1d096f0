"""The first schema: people, customers, artifacts, the trail and promises; the SQL stands beside this file."""

from placet.db.migrations import run_sql_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
