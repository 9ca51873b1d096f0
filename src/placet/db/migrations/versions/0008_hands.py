"""An index over who a customer was attached to; the SQL stands beside."""

from placet.db.migrations import run_sql_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
