"""What is not about a customer: the profile schema, the artifact types, who I am, health, metrics and the description."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get

from placet.api.answers import ok
from placet.api.auth import principal_of, runtime_of
from placet.api.spec import described, document
from placet.artifacts.artifact_type import artifact_types
from placet.customers import fields
from placet.customers.schema import Field


class OptionWire(msgspec.Struct):
    """A choice of a field: what is stored, what people read, and other words for it."""

    value: str
    label: str
    synonyms: list[str]


class FieldWire(msgspec.Struct, rename="camel", kw_only=True):
    """A field of the profile schema, and the JSON Schema of its values."""

    key: str
    label: str
    section: str
    type: str
    priority: str
    sensitivity: int
    policy: str
    description: str | None
    ordered: bool
    unit: str | None
    options: list[OptionWire]
    multi: bool
    min: int | float | None
    max: int | float | None
    pattern: str | None
    items: str | None
    synonyms: list[str]
    schema: dict[str, Any]


class FieldsAnswer(msgspec.Struct, rename="camel"):
    """The profile schema."""

    version: str
    currency: str
    additional_fields: bool
    fx_per_unit: dict[str, float]
    fields: list[FieldWire]


class TypeWire(msgspec.Struct, rename="camel"):
    """An installed artifact type; `payload` is the JSON Schema of its payload."""

    name: str
    label: str
    statuses: list[str]
    actions: list[str]
    payload: dict[str, Any]


class TypesAnswer(msgspec.Struct, rename="camel"):
    """Every installed artifact type."""

    artifact_types: list[TypeWire]


class MeAnswer(msgspec.Struct, rename="camel"):
    """On whose authority the caller acts."""

    type: str
    id: str
    name: str
    customers: list[str] | None


class HealthAnswer(msgspec.Struct, omit_defaults=True):
    """`ok`, or what is missing."""

    status: str
    detail: str | None = None


class Meta(Controller):
    """The schema, the types, and the process itself."""

    @get("/api/fields", opt=described("schema", {200: FieldsAnswer}, problems=(422,)))
    async def list_fields(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Read the profile schema."""
        schema = runtime_of(request).schema
        listed = [_field(field) for field in schema.fields]
        return ok(FieldsAnswer(schema.version, schema.currency, schema.additional_fields, schema.fx_per_unit, listed))

    @get("/api/artifact-types", opt=described("schema", {200: TypesAnswer}, problems=(422,)))
    async def list_artifact_types(self) -> Response[bytes]:
        """Read the installed artifact types: JSON Schema, statuses, actions."""
        return ok(TypesAnswer([TypeWire(**found.describe()) for found in artifact_types().values()]))

    @get("/api/me", opt=described("schema", {200: MeAnswer}, problems=(422,)))
    async def who_am_i(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Read on whose authority the caller acts."""
        who = principal_of(request)
        return ok(MeAnswer(who.type, who.id, who.name, list(who.customers) if who.customers is not None else None))

    @get("/healthz", opt=described("process", {200: HealthAnswer}, problems=(), public=True))
    async def healthz(self) -> Response[bytes]:
        """Answer while the process lives, whether or not its database does."""
        return ok(HealthAnswer("ok"))

    @get("/readyz", opt=described("process", {200: HealthAnswer, 503: HealthAnswer}, problems=(), public=True))
    async def readyz(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """Answer 200 when requests can be served, else 503 with the reason."""
        missing = await runtime_of(request).ready()
        return ok(HealthAnswer("ok")) if missing is None else ok(HealthAnswer("not ready", missing), 503)

    @get("/openapi.json")
    async def openapi(self, request: Request[Any, Any, Any]) -> Response[bytes]:
        """The description of this API, OpenAPI 3.1."""
        return ok(openapi_document(request.app))


def openapi_document(app: Any) -> dict[str, Any]:
    """The description of everything an application serves under /api and of its health."""
    return document(app.routes, app.state.runtime.settings.public_url)


def _field(field: Field) -> FieldWire:
    return FieldWire(
        key=field.key,
        label=field.label,
        section=field.section,
        type=field.type,
        priority=field.priority,
        sensitivity=field.sensitivity,
        policy=field.policy,
        description=field.description,
        ordered=field.ordered,
        unit=field.unit,
        options=[OptionWire(o.value, o.label, list(o.synonyms)) for o in field.options],
        multi=field.multi,
        min=field.min,
        max=field.max,
        pattern=field.pattern,
        items=field.items,
        synonyms=list(field.synonyms),
        schema=fields.json_schema(field),
    )
