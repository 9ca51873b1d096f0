"""Rules that say which approval fires which trigger, deliveries that are made, what they left; the SQL stands beside."""

from placet.db.migrations import run_sql_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
