"""The command line: every command is one call into a verb, or one request to a server. It translates, it never decides."""

from placet.cli.main import main

__all__ = ["main"]
