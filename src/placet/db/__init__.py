"""The database: its pool of connections, its migrations, and the embedded server for those who have none."""
