"""The SQL of the bench."""
