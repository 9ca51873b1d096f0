"""What packages bring by an entry point: loaded once, the built-in ones by the same door and first, broken ones left out.

Nothing here knows what a plug-in does, only that it has a name and can describe itself.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

import msgspec


class Plugin(Protocol):
    """What can be brought."""

    name: ClassVar[str]

    def describe(self) -> dict[str, Any]:
        """It as data; raises where its parts do not fit together, so that nobody meets that later."""


P = TypeVar("P", bound=Plugin)


class Plugins(msgspec.Struct, Generic[P], frozen=True):
    """What a group of entry points came to.

    `found`: each by its own name. `broken`: why one could not be loaded, by the name of its entry point. `origin`: the
    distribution each came with and its version, by its own name.
    """

    found: dict[str, P]
    broken: dict[str, str]
    origin: dict[str, str]


def plugins(group: str, kind: type[P]) -> Plugins[P]:
    """The plug-ins of a group, each an instance of `kind` or a subclass of it that takes no arguments."""
    return cast("Plugins[P]", _load(group, kind))


def forget() -> None:
    """Look the entry points up again, as after installing a plug-in."""
    _load.cache_clear()


@cache
def _load(group: str, kind: type[Any]) -> Plugins[Any]:
    loaded = Plugins[Any]({}, {}, {})
    for point in sorted(entry_points(group=group), key=lambda p: (not p.value.startswith("placet."), p.name)):
        try:
            brought = point.load()
            made = brought() if isinstance(brought, type) else brought
            if not isinstance(made, kind):
                raise TypeError(f"{point.value} is no {kind.__name__}")
            made.describe()
            if made.name in loaded.found:
                raise TypeError(f"there is one called {made.name} already")
        except Exception as error:  # whatever a plug-in does at import must not take the server down
            loaded.broken[point.name] = f"{type(error).__name__}: {error}"
        else:
            loaded.found[made.name] = made
            loaded.origin[made.name] = (
                f"{point.dist.name} {point.dist.version}" if point.dist is not None else "unknown"
            )
    return loaded
