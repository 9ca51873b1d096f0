"""Where the database is: the one named in the settings, or the embedded one, held for as long as it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from placet.settings import Settings


@contextmanager
def urls(settings: Settings) -> Iterator[tuple[str, str]]:
    """The owner's address (for migrations) and the application's; starts the embedded server where none is named."""
    if settings.database_url is not None:
        yield settings.migration_url or settings.database_url, settings.database_url
        return
    from placet.db import embedded

    server = embedded.start(settings.home)
    try:
        yield server.owner_url(), server.app_url()
    finally:
        server.release()
