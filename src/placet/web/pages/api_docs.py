"""`/docs`: the API's description as a page, put together from the same document as `/openapi.json`, with no script at all."""

from __future__ import annotations

from typing import Any, ClassVar

from litestar import Request, Response, get

from placet.api.meta import openapi_document
from placet.web import views
from placet.web.pages.surroundings import html


class Parameter(views.View, frozen=True, kw_only=True):
    """A parameter of an address: where it stands, what it may be."""

    name: str
    place: str
    kind: str
    required: bool


class Operation(views.View, frozen=True, kw_only=True):
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    body: str | None
    answers: tuple[tuple[str, str | None], ...]


class Shape(views.View, frozen=True, kw_only=True):
    """A JSON object that requests or answers hold: its members with their kinds."""

    name: str
    text: str
    members: tuple[Parameter, ...]


class DocsPage(views.Page, frozen=True, kw_only=True):
    """Every operation by tag, and every shape."""

    template: ClassVar[str] = "api.html"
    title: str
    version: str
    text: str
    groups: tuple[tuple[str, tuple[Operation, ...]], ...]
    shapes: tuple[Shape, ...]


@get("/docs")
async def show_docs(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The API's description, for anybody."""
    found = openapi_document(request.app)
    groups: dict[str, list[Operation]] = {}
    for path, methods in found["paths"].items():
        for method, about in methods.items():
            groups.setdefault(about["tags"][0], []).append(_operation(path, method, about))
    schemas = found["components"]["schemas"]
    view = DocsPage(
        title=found["info"]["title"],
        version=found["info"]["version"],
        text=found["info"]["description"],
        groups=tuple((tag, tuple(group)) for tag, group in groups.items()),
        shapes=tuple(_shape(name, schema) for name, schema in sorted(schemas.items()) if not name.endswith("Query")),
    )
    return html(view)


def kind(schema: dict[str, Any]) -> str:
    """A JSON Schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(kind(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([str(schema.get("type", "anything")), *bounds])


def _operation(path: str, method: str, about: dict[str, Any]) -> Operation:
    body = about.get("requestBody")
    return Operation(
        id=about["operationId"],
        method=method.upper(),
        path=path,
        summary=about["summary"],
        text=about.get("description", ""),
        parameters=tuple(
            Parameter(name=p["name"], place=p["in"], kind=kind(p["schema"]), required=bool(p.get("required")))
            for p in about["parameters"]
        ),
        body=kind(body["content"]["application/json"]["schema"]) if body else None,
        answers=tuple((status, _first_shape(answer)) for status, answer in sorted(about["responses"].items())),
    )


def _first_shape(answer: dict[str, Any]) -> str | None:
    for content in answer.get("content", {}).values():
        return kind(content["schema"])
    return None


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    required = schema.get("required", [])
    return Shape(
        name=name,
        text=schema.get("description", ""),
        members=tuple(
            Parameter(name=member, place="", kind=kind(about), required=member in required)
            for member, about in schema.get("properties", {}).items()
        ),
    )


handlers = (show_docs,)
