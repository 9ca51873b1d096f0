"""The files of an artifact, made when they are asked for. An artifact does not change but for its decision, so what was made
last is kept at hand; what a delivery stored is the delivery's and stays whatever happens to its type.
"""

from __future__ import annotations

from collections import OrderedDict

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.card import File
from placet.errors import NotFound

AT_HAND, MOST_BYTES = 32, 2_000_000  # files kept, and how large one may be to be kept
_made: OrderedDict[tuple[str, str, str], bytes] = OrderedDict()


async def file_of(artifact: Artifact, name: str) -> tuple[File, bytes]:
    """A file its type offers and its content; NotFound where there is none of that name, Invalid where it cannot be made."""
    kind = artifact_type(artifact.artifact_type)
    found = next((each for each in kind.files(artifact) if each.name == name), None)
    if found is None:
        raise NotFound("File not found")
    key = (artifact.id, artifact.status, name)
    if (made := _made.get(key)) is None:
        made = await kind.file(artifact, name)
        if len(made) <= MOST_BYTES:
            _made[key] = made
            while len(_made) > AT_HAND:
                _made.popitem(last=False)
    else:
        _made.move_to_end(key)
    return found, made
