"""Standing in for one another, teams, second signatures, counter-entries, quotas, company sign-in; the SQL stands beside."""

from placet.db.migrations import run_sql_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL file of the same name."""
    run_sql_file(__file__)
