"""A client's chat history in the wire's own shapes, as what was said. Everything unexpected in it is passed over: it is the
client's, and nothing in it is believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from placet.agent.conversation import Reply, Said

ASKING, PROPOSING = "extract_and_ask", "finalize_proposal"


class ChatMessage(msgspec.Struct, kw_only=True):
    """A message as the AI SDK keeps it. Its `text` parts are read, and a person's `data-nudge` parts, which answer questions."""

    role: Literal["system", "user", "assistant"]
    parts: list[dict[str, Any]] = []


class AgUiMessage(msgspec.Struct, rename="camel", kw_only=True):
    """A message as AG-UI keeps it. What its tools are said to have returned only tells an answer from a new note."""

    role: Annotated[str, msgspec.Meta(max_length=40)]
    content: Any = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None


def of_ai_sdk(messages: Iterable[ChatMessage]) -> list[Said]:
    """What was said, in the shape of the AI SDK's UIMessage."""
    said: list[Said] = []
    for message in messages:
        if message.role == "system":
            continue
        text = "\n\n".join(
            part["text"] for part in message.parts if part.get("type") == "text" and isinstance(part.get("text"), str)
        )
        if message.role == "user":
            replies = [part.get("data") for part in message.parts if part.get("type") == "data-nudge"]
            said.append(Said("user", text, replies_of(replies)))
            continue
        outputs = {_tool(part): part.get("output") for part in message.parts if part.get("output") is not None}
        said.append(Said("assistant", text, (), _asks(outputs.get(ASKING)), _proposes(outputs.get(PROPOSING))))
    return said


def of_ag_ui(messages: Iterable[AgUiMessage], replies: Any) -> list[Said]:
    """What was said, in the shape of AG-UI's messages; `replies` go with the last message."""
    said: list[Said] = []
    names: dict[str, str] = {}
    for message in messages:
        if message.role == "user":
            said.append(Said("user", _content(message.content)))
        elif message.role == "assistant":
            said.append(Said("assistant", _content(message.content)))
            for call in message.tool_calls or ():
                function = call.get("function")
                if isinstance(call.get("id"), str) and isinstance(function, dict):
                    names[call["id"]] = str(function.get("name"))
        elif message.role == "tool" and message.tool_call_id in names:
            name, output = names[message.tool_call_id], _object(message.content)
            said.append(
                Said("assistant", "", (), name == ASKING and _asks(output), name == PROPOSING and _proposes(output))
            )
    if (given := replies_of(replies if isinstance(replies, list) else ())) and said:
        last = said[-1]
        said[-1:] = (
            [msgspec.structs.replace(last, replies=given)] if last.role == "user" else [last, Said("user", "", given)]
        )
    return said


def replies_of(listed: Iterable[Any]) -> tuple[Reply, ...]:
    """`{"id", "status", "answer"?}` of each question a person answered or skipped; what is neither is passed over."""
    found: list[Reply] = []
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            continue
        status, answer = each.get("status"), each.get("answer", "")
        if status in ("answered", "skipped") and isinstance(answer, str):
            found.append(Reply(each["id"], status, answer))
    return tuple(found)


def _tool(part: dict[str, Any]) -> str:
    kind = part.get("type")
    if kind == "dynamic-tool":
        return str(part.get("toolName"))
    return kind.removeprefix("tool-") if isinstance(kind, str) else ""


def _asks(output: Any) -> bool:
    nudges = output.get("nudges") if isinstance(output, dict) else None
    return isinstance(nudges, list) and any(isinstance(n, dict) and n.get("status") == "active" for n in nudges)


def _proposes(output: Any) -> bool:
    return isinstance(output, dict) and output.get("batchId") is not None


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "\n\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _object(content: Any) -> Any:
    try:
        return json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        return None
