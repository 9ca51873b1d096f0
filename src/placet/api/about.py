"""What belongs to an artifact beyond its decision, over HTTP: its card, its files, the actions of its type; and what the
approved ones leave on a customer.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from placet.api.answers import ArtifactAnswer, ok
from placet.api.auth import principal_of, runtime_of
from placet.api.idempotency import Answer, once
from placet.api.own import ReasonBody
from placet.api.reading import read_body
from placet.api.spec import described
from placet.artifacts import inbox, kept
from placet.artifacts.act import act
from placet.artifacts.artifact import instant
from placet.artifacts.artifact_type import artifact_type, to_wire
from placet.artifacts.card import Card, File
from placet.artifacts.files import file_of
from placet.db.engine import Connection


class CardAnswer(msgspec.Struct):
    """An artifact's card: the same data the pages, the command line and others show."""

    card: Card


class FileWire(msgspec.Struct, rename="camel", kw_only=True):
    """A file of an artifact and where it is fetched."""

    name: str
    media_type: str
    label: str
    href: str


class FilesAnswer(msgspec.Struct):
    """The files an artifact has as it now is."""

    files: list[FileWire]


class KeptWire(msgspec.Struct, rename="camel", kw_only=True):
    """A fact or a note, the artifact it comes from, when it was approved and by whom."""

    key: str | None
    label: str
    text: str
    tags: list[str]
    artifact_id: str
    artifact_type: str
    at: str | None
    by: str | None


class KeptAnswer(msgspec.Struct):
    """What approved artifacts left on a customer, newest first."""

    facts: list[KeptWire]
    notes: list[KeptWire]


class About(Controller):
    """What belongs to one artifact, and what stays of them."""

    path = "/api"

    @get("/artifacts/{artifact_id:str}/card", opt=described("artifacts", {200: CardAnswer}))
    async def get_card(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """Read an artifact as a person sees it: title, lines, flags, files."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await inbox.get_artifact(connection, who, artifact_id)
        return ok(CardAnswer(artifact_type(found.artifact_type).card(found, runtime.schema)))

    @get("/artifacts/{artifact_id:str}/files", opt=described("artifacts", {200: FilesAnswer}))
    async def list_files(self, request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
        """List the files an artifact has as it now is. What a delivery stored is fetched with the delivery."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await inbox.get_artifact(connection, who, artifact_id)
        place = f"/api/artifacts/{quote(artifact_id, safe='')}/files/"
        return ok(
            FilesAnswer(
                [
                    FileWire(name=f.name, media_type=f.media_type, label=f.label, href=place + quote(f.name, safe=""))
                    for f in artifact_type(found.artifact_type).files(found)
                ]
            )
        )

    @get("/artifacts/{artifact_id:str}/files/{name:str}", opt=described("artifacts", {200: None}))
    async def get_file(
        self, request: Request[Any, Any, Any], artifact_id: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """Fetch a file of an artifact, such as its calendar file or its PDF."""
        return await answer_file(request, artifact_id, name)

    @post(
        "/artifacts/{artifact_id:str}/actions/{action:str}",
        status_code=200,
        opt=described("decisions", {200: ArtifactAnswer}, body=ReasonBody, body_required=False, idempotent=True),
    )
    async def do_action(
        self, request: Request[Any, Any, Any], artifact_id: FromPath[str], action: FromPath[str]
    ) -> Response[bytes]:
        """Do what its type declares beyond accept, edit and reject, such as finishing a task.

        Only who may decide, and once: by the same person again it is the same answer, by another 409 `already_done`.
        """
        runtime, who = runtime_of(request), principal_of(request)
        body = await read_body(request, ReasonBody, empty_is_object=True)

        async def work(connection: Connection) -> Answer:
            found = await act(connection, who, artifact_id, action, schema=runtime.schema, reason=body.reason)
            return Answer(200, ArtifactAnswer(to_wire(found, who, runtime.schema)))

        return await once(request, work)

    @get("/customers/{customer_id:str}/kept", opt=described("customers", {200: KeptAnswer}))
    async def list_kept(self, request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
        """Read the facts outside the profile schema and the notes that were approved for a customer."""
        runtime, who = runtime_of(request), principal_of(request)
        async with runtime.reading() as connection:
            found = await kept.of_customer(connection, who, customer_id)
        sections: dict[str, list[KeptWire]] = {"facts": [], "notes": []}
        for each in found:
            sections[each.kept.section].append(_wire(each))
        return ok(KeptAnswer(**sections))


async def answer_file(request: Request[Any, Any, Any], artifact_id: str, name: str) -> Response[bytes]:
    """A file's bytes: a picture to be shown, anything else to be saved."""
    runtime, who = runtime_of(request), principal_of(request)
    async with runtime.reading() as connection:
        found = await inbox.get_artifact(connection, who, artifact_id)
    about, content = await file_of(found, name)
    return Response(content, media_type=about.media_type, headers=disposition(about))


def disposition(file: File) -> dict[str, str]:
    """How a browser is to take it. Only pictures are shown in place: nothing that could run."""
    shown = file.inline and file.media_type in ("image/png", "image/jpeg")
    return {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}"
    }


def _wire(each: kept.KeptItem) -> KeptWire:
    return KeptWire(
        key=each.kept.key,
        label=each.kept.label,
        text=each.kept.text or "",
        tags=list(each.kept.tags),
        artifact_id=each.artifact_id,
        artifact_type=each.artifact_type,
        at=instant(each.at),
        by=each.by,
    )
