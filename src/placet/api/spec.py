"""Describe a handler for `/openapi.json`: which query, body and answers it has. The document is put together from these.

The same Structs read requests and write answers, so the description cannot drift from what is done.
"""

from __future__ import annotations

from typing import Any

import msgspec

from placet._version import __version__
from placet.api.problems import MEDIA_TYPE, Problem

KEY = "described"


class Described(msgspec.Struct, kw_only=True):
    """What a handler takes and answers. `answers` maps a status to a shape (None: no body), sent as `media_type`."""

    tag: str
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    body_required: bool = True
    answers: dict[int, Any]
    problems: tuple[int, ...]
    idempotent: bool
    public: bool
    media_type: str = "application/json"


def described(
    tag: str,
    answers: dict[int, Any],
    *,
    query: type[msgspec.Struct] | None = None,
    body: type[msgspec.Struct] | None = None,
    body_required: bool = True,
    problems: tuple[int, ...] = (404, 422),
    idempotent: bool = False,
    public: bool = False,
    media_type: str = "application/json",
) -> dict[str, Described]:
    """The `opt` of a handler."""
    more = (400, 409, 413, 415) if body is not None else ()
    return {
        KEY: Described(
            tag=tag,
            query=query,
            body=body,
            body_required=body_required,
            answers=answers,
            idempotent=idempotent,
            public=public,
            media_type=media_type,
            problems=tuple(sorted({*problems, *more, *(() if public else (401, 403)), 503})),
        )
    }


def document(routes: list[Any], public_url: str | None) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every described handler."""
    found: list[tuple[str, str, Any, Described]] = []
    for route in routes:
        for handler in getattr(route, "route_handlers", []):
            about = handler.opt.get(KEY)
            if about is not None:
                for method in sorted(handler.http_methods - {"HEAD", "OPTIONS"}):
                    found.append((route.path_format, method.lower(), handler, about))
    shapes = [Problem]
    for *_, about in found:
        shapes += [s for s in (about.query, about.body, *about.answers.values()) if s is not None]
    schemas, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    by_shape = {id(shape): schema for shape, schema in zip(shapes, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler, about in sorted(found, key=lambda f: (f[0], f[1])):
        paths.setdefault(path, {})[method] = _operation(path, handler, about, by_shape, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Placet",
            "version": __version__,
            "description": "Human countersignature for what AI agents propose: propose, decide, and a trail of both.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url or "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(
    path: str, handler: Any, about: Described, by_shape: dict[int, Any], components: dict[str, Any]
) -> dict[str, Any]:
    summary, _, rest = (handler.fn.__doc__ or "").strip().partition("\n")
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _path_names(path)
    ]
    if about.query is not None:
        shape = components[about.query.__name__]
        parameters += [
            {"name": name, "in": "query", "schema": schema, "required": name in shape.get("required", [])}
            for name, schema in shape["properties"].items()
        ]
    if about.idempotent:
        parameters.append(
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255}}
        )
    answers = {
        str(status): {
            "description": "Done." if status < 300 else "See the body.",
            **({"content": {about.media_type: {"schema": by_shape[id(shape)]}}} if shape is not None else {}),
        }
        for status, shape in about.answers.items()
    }
    for status in about.problems:
        answers.setdefault(
            str(status),
            {"description": "A problem.", "content": {MEDIA_TYPE: {"schema": by_shape[id(Problem)]}}},
        )
    operation: dict[str, Any] = {
        "operationId": handler.fn.__name__,
        "summary": summary.rstrip("."),
        "tags": [about.tag],
        "parameters": parameters,
        "responses": answers,
    }
    if rest.strip():
        operation["description"] = "\n".join(line.strip() for line in rest.strip().splitlines())
    if about.public:
        operation["security"] = []
    if about.body is not None:
        operation["requestBody"] = {
            "required": about.body_required,
            "content": {"application/json": {"schema": by_shape[id(about.body)]}},
        }
    return operation


def _path_names(path: str) -> list[str]:
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]
