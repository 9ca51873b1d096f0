"""Is all well here? `placet doctor` looks at everything Placet stands on, `placet types` at the artifact types."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import typer

from placet.cli.given import AsJson
from placet.cli.output import count, print_json, print_table, say, tell

if TYPE_CHECKING:
    from pathlib import Path

    from placet.audit.tree import Unsealed
    from placet.db.examine import Facts
    from placet.settings import Settings

GOOD, NOTE, WARNING, BROKEN = "good", "note", "warning", "broken"
MAX_SKEW_S = 2.0
LATE_S = 60.0  # a working sequencer comes by once a second
LITTLE, TOO_LITTLE = 1_000_000_000, 100_000_000  # bytes free


class Check(NamedTuple):
    """One thing looked at: `state` is good, note (nothing wrong, worth knowing), warning or broken."""

    name: str
    state: str
    detail: str


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor")(doctor)
    app.command("types")(types)


def doctor(as_json: AsJson = False) -> None:
    """Check everything Placet stands on.

    The database, its roles and schema, the clocks, the profile schema, plug-ins, the disk, the language model (which is asked for
    one word). Exits with 1 if something is broken.
    """
    from placet import settings

    checks = list(examine_all(settings.load()))
    broken = [check for check in checks if check.state == BROKEN]
    if as_json:
        print_json({"sound": not broken, "checks": [check._asdict() for check in checks]})
    else:
        print_table(("check", "state", "detail"), [(check.name, check.state, check.detail) for check in checks])
        say("\nAll is well." if not broken else f"\n{count(len(broken), 'thing is', 'things are')} broken.")
    if broken:
        raise typer.Exit(1)


def types(as_json: AsJson = False) -> None:
    """List the artifact types and where they come from.

    Plug-ins that do not load are named too, with the reason.
    """
    from placet.artifacts.artifact_type import artifact_types, broken_types, provenance

    found, broken, origin = artifact_types(), broken_types(), provenance()
    if as_json:
        described = [{**each.describe(), "from": origin[each.name]} for each in found.values()]
        print_json({"artifactTypes": described, "broken": broken})
        return
    rows = [
        (each.name, each.label, ", ".join(each.describe()["actions"]), each.trigger or "", origin[each.name])
        for each in found.values()
    ]
    print_table(("type", "label", "actions", "trigger", "from"), rows)
    for name, why in broken.items():
        tell(f"The plug-in {name} could not be loaded: {why}")


def examine_all(settings: Settings) -> Iterator[Check]:
    """Every check, in the order they are shown."""
    yield from _database(settings)
    yield _schema_file(settings)
    yield from _plug_ins()
    if settings.database_url is None:
        yield _disk(settings.home)
    yield _secret_key(settings)
    yield _trail_key(settings)
    yield _company(settings)
    yield _mail(settings)
    yield _model(settings)


def _database(settings: Settings) -> Iterator[Check]:
    from placet.errors import PlacetError

    try:
        facts, unsealed = _facts(settings)
    except PlacetError as error:
        yield Check("database", BROKEN, error.sentence)
        return
    kind = "embedded PostgreSQL" if settings.database_url is None else "PostgreSQL"
    yield Check("database", GOOD, f"{kind} {facts.version}")
    yield _role(facts)
    yield _revision(facts, embedded=settings.database_url is None)
    if facts.fsync and facts.synchronous_commit:
        yield Check("durability", GOOD, "what is acknowledged survives a crash")
    else:
        off = "fsync" if not facts.fsync else "synchronous_commit"
        yield Check("durability", BROKEN, f"{off} is off: an acknowledged decision may be lost")
    skew = facts.skew.total_seconds()
    state = GOOD if abs(skew) < MAX_SKEW_S else BROKEN
    yield Check(
        "clock",
        state,
        f"the database's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's",
    )
    if unsealed is not None:
        yield _sealed(unsealed)


def _facts(settings: Settings) -> tuple[Facts, Unsealed | None]:
    """What the database says of itself, and how far the trail is sealed where its schema is that far."""
    import asyncio

    from placet.audit.tree import unsealed
    from placet.cli.database import connect
    from placet.db.connect import urls
    from placet.db.examine import examine
    from placet.db.migrate import newest_revision
    from placet.runtime import Runtime

    async def look() -> tuple[Facts, Unsealed | None]:
        from placet.customers.schema import load_schema

        runtime = Runtime(settings, schema=load_schema())  # a broken schema file is another check
        with urls(settings) as (_, app_url):
            await connect(runtime, app_url)
            try:
                async with runtime.reading() as connection:
                    facts = await examine(connection)
                    return facts, await unsealed(connection) if facts.revision == newest_revision() else None
            finally:
                await runtime.close()

    return asyncio.run(look())


def _sealed(unsealed: Unsealed) -> Check:
    if not unsealed.events:
        return Check("seal", GOOD, "every event is under a signed checkpoint")
    waiting = (
        f"{count(unsealed.events, 'event is', 'events are')} not sealed yet, the oldest for {unsealed.oldest_s:,.0f} s"
    )
    if unsealed.oldest_s < LATE_S:
        return Check("seal", GOOD, waiting)
    return Check("seal", WARNING, f"{waiting}: does a placet serve or placet worker run that has the trail's key?")


def _role(facts: Facts) -> Check:
    if facts.role_is_superuser or facts.owned:
        what = "is a superuser" if facts.role_is_superuser else f"owns {count(facts.owned, 'thing')} in the schema"
        return Check("role", BROKEN, f"{facts.role} {what}, so nothing would keep it from rewriting the trail")
    if facts.login_is_superuser:
        return Check(
            "role", WARNING, f"works as {facts.role}, which owns nothing, but logs in as the superuser {facts.login}"
        )
    return Check("role", GOOD, f"{facts.role}, no superuser, owns nothing")


def _revision(facts: Facts, *, embedded: bool) -> Check:
    from placet.db.migrate import newest_revision

    wanted = newest_revision()
    if facts.revision == wanted:
        return Check("schema", GOOD, f"at {wanted}, the newest")
    if embedded:
        return Check("schema", NOTE, f"at {facts.revision or 'nothing'}; the next command brings it to {wanted}")
    return Check("schema", BROKEN, f"at {facts.revision or 'nothing'}, not at {wanted}: run placet migrate")


def _schema_file(settings: Settings) -> Check:
    from placet.customers.schema import load_schema
    from placet.errors import PlacetError

    try:
        found = load_schema(settings.profile_schema)
    except PlacetError as error:
        return Check("profile schema", BROKEN, error.sentence)
    return Check(
        "profile schema", GOOD, f"{settings.profile_schema or 'the packaged one'}, {count(len(found.fields), 'field')}"
    )


def _plug_ins() -> Iterator[Check]:
    from placet.artifacts.artifact_type import artifact_types, broken_types
    from placet.triggers.trigger import broken_triggers, triggers

    yield Check("artifact types", GOOD, ", ".join(artifact_types()))
    for name, why in broken_types().items():
        yield Check(f"plug-in {name}", BROKEN, f"cannot be loaded and is left out: {why}")
    yield Check("triggers", GOOD, ", ".join(triggers()))
    for name, why in broken_triggers().items():
        yield Check(f"trigger plug-in {name}", BROKEN, f"cannot be loaded and is left out: {why}")


def _secret_key(settings: Settings) -> Check:
    if settings.secret_key is None:
        return Check("secret key", NOTE, "PLACET_SECRET_KEY is not set, so no webhook can be added")
    return Check("secret key", GOOD, "set; secrets in the database are encrypted")


def _trail_key(settings: Settings) -> Check:
    """Whether somebody can sign the trail's checkpoints, and with which key."""
    from placet.audit import keys
    from placet.errors import PlacetError

    try:
        key = keys.signing_key(settings)
    except PlacetError as error:
        return Check("trail key", BROKEN, error.sentence)
    if key is not None:
        file = keys.checkpoints_file(settings)
        return Check("trail key", GOOD, f"{key.name}, key {key.public.id.hex()}; checkpoints are added to {file}")
    if settings.database_url is None:
        return Check("trail key", NOTE, "made when the trail is first sealed")
    return Check(
        "trail key", WARNING, "PLACET_TRAIL_KEY is not set, so the trail is not sealed: placet audit key --new"
    )


def _company(settings: Settings) -> Check:
    """Whether the OpenID provider answers, and as what it is called in the settings."""
    import asyncio

    company = settings.company
    if company is None:
        return Check("company sign-in", NOTE, "not configured; people sign in with passwords and links")
    from placet.identity.oidc_provider import Provider, ProviderAway

    try:
        asyncio.run(Provider(company).metadata())
    except ProviderAway as error:
        return Check("company sign-in", BROKEN, str(error))
    if settings.public_url is None:
        return Check(
            "company sign-in", WARNING, "PLACET_PUBLIC_URL is not set: the provider would send people back here"
        )
    return Check("company sign-in", GOOD, f"{company.issuer}, back to {settings.address}/sign-in/oidc/callback")


def _model(settings: Settings) -> Check:
    """Whether the language model can be set up, and answers one word."""
    import asyncio

    model = settings.model
    if model is None:
        return Check("model", NOTE, "not configured; notes are read by the offline reader")
    from placet.agent.language_model import answers
    from placet.errors import ModelFailed

    try:
        spoke = asyncio.run(answers(model))
    except ModelFailed as error:
        return Check("model", BROKEN, f"{model.name}: {error.sentence}")
    where = f" at {model.url}" if model.url is not None else ""
    return Check("model", GOOD, f"{model.name}{where} answers, as {spoke}")


def _mail(settings: Settings) -> Check:
    """Whether the mail server lets Placet in; nothing is sent."""
    import asyncio

    from placet.errors import Invalid
    from placet.mail.send import NotSent, greet, mail_server

    try:
        server = mail_server(settings)
        if server is None:
            return Check("mail", NOTE, "not configured; no mail is sent and links are printed")
        asyncio.run(greet(server))
    except (Invalid, NotSent) as error:
        return Check("mail", BROKEN, str(error))
    state, how = (GOOD, "with TLS") if server.tls != "none" else (WARNING, "without TLS, on this machine")
    return Check("mail", state, f"{server.host}:{server.port}, {how}, from {server.sender.addr_spec}")


def _disk(home: Path) -> Check:
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    state = BROKEN if free < TOO_LITTLE else WARNING if free < LITTLE else GOOD
    return Check("disk", state, f"{free / 1e9:,.1f} GB free for {home}")
