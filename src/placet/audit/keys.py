"""Where the trail's keys and the file of its checkpoints are: settings first, then the files under PLACET_HOME.

A key is made without being asked only beside an embedded database, whose home lasts as long as it does. Elsewhere it would be
lost with the machine, and nobody could say any more that the checkpoints it signed are good.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from placet.audit import checkpoint
from placet.audit.checkpoint import PublicKey, SigningKey
from placet.settings import Settings

KEY_FILE = "trail-key"
CHECKPOINTS_FILE = "checkpoints"


def signing_key(settings: Settings) -> SigningKey | None:
    """The key checkpoints are signed with, or None where there is none; Invalid where it cannot be read."""
    text = settings.trail_key
    if text is None:
        try:
            text = (settings.home / KEY_FILE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
    return checkpoint.read_signing_key(text)


def have_key(settings: Settings) -> SigningKey | None:
    """The same, made and kept where the database is embedded and there was none."""
    found = signing_key(settings)
    if found is not None or settings.database_url is not None:
        return found
    made = new_key(settings)
    with (  # of two that start at once, one makes it
        suppress(FileExistsError),
        open(
            settings.home / KEY_FILE, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as file,
    ):
        file.write(made.text + "\n")
    return signing_key(settings)


def new_key(settings: Settings, name: str | None = None) -> SigningKey:
    """A new key, kept nowhere yet; unless named, it is named after the public address."""
    return checkpoint.new_key(name or f"{urlsplit(settings.public_url or '').hostname or 'localhost'}/trail")


def believed(settings: Settings) -> list[PublicKey]:
    """The keys whose signatures count: the one that signs here, and those that were listed."""
    own = signing_key(settings)
    listed = [checkpoint.read_public_key(text) for text in settings.trail_public_keys]
    return [*([own.public] if own is not None else []), *listed]


def checkpoints_file(settings: Settings) -> Path:
    """The file outside the database that every checkpoint is added to."""
    return settings.checkpoints or settings.home / CHECKPOINTS_FILE
