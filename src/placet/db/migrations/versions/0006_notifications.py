"""Who wants to be told of what waits, and what they were told; the SQL stands beside."""

from placet.db.migrations import run_sql_file

revision = "0006"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
