"""The trail sealed where a test asks for it: with a key and a file of checkpoints of the test's own."""

from pathlib import Path
from typing import Any

import msgspec

from placet.audit.checkpoint import SigningKey
from placet.audit.ledger import Sequencer
from placet.runtime import Runtime
from placet.settings import Settings

TRAIL_KEY = SigningKey("placet.test/trail", bytes(range(32)))


class Seal:
    """Seals the trail of a runtime's database, into the file `checkpoints` of its folder."""

    def __init__(self, runtime: Runtime, home: Path, **settings: Any) -> None:
        self.runtime = runtime
        self.home = home
        self.settings: Settings = msgspec.structs.replace(
            runtime.settings, home=home, **{"trail_key": TRAIL_KEY.text, **settings}
        )
        self.sequencer = Sequencer(self.settings)

    async def __call__(self) -> int:
        """Seal until nothing is left; how many events got their place."""
        total = 0
        while sealed := await self.sequencer.seal(self.runtime.pool):
            total += sealed
        return total

    @property
    def file(self) -> str:
        """What stands in the file of checkpoints."""
        return (self.home / "checkpoints").read_text(encoding="utf-8")
