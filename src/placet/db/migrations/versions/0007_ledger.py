"""The tree over the trail, and its signed checkpoints; the SQL stands beside."""

from placet.db.migrations import run_sql_file

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
