"""How fast Placet is, beside what PostgreSQL itself can do on the same data: `make bench`, or `python -m bench --help`."""
