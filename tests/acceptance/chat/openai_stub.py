"""A server on loopback that speaks OpenAI's chat completions, streaming included, and behaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Message = dict[str, Any]


def says(text: str) -> Message:
    """An answer in words."""
    return {"role": "assistant", "content": text}


def calls(*tools: tuple[str, Any]) -> Message:
    """An answer that calls tools, each a name and its arguments (text is sent as it is)."""
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{number}_{name}",
                "type": "function",
                "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
            }
            for number, (name, given) in enumerate(tools)
        ],
    }


class Asked:
    """One request of the model's client."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.messages: list[Message] = body["messages"]
        self.tools = [tool["function"]["name"] for tool in body.get("tools", ())]

    @property
    def reads(self) -> bool:
        """Whether a note is to be read, in the form of the schema; else this is the chat."""
        return "extract_and_ask" not in self.tools

    @property
    def text(self) -> str:
        return json.dumps(self.messages)

    @property
    def since(self) -> list[Message]:
        """What came after the last word of a person's: tool calls and their results."""
        last = max(number for number, message in enumerate(self.messages) if message["role"] == "user")
        return self.messages[last + 1 :]

    def returned(self, tool: str) -> str | None:
        """What a tool returned in this turn, if it was called."""
        for message in self.since:
            if message["role"] == "tool" and tool in message["tool_call_id"]:
                return str(message["content"])
        return None


class Failure(Exception):
    """An answer that is none: a status with a body, which may be no JSON at all."""

    def __init__(self, status: int, body: str = '{"error": {"message": "no", "type": "server_error"}}') -> None:
        super().__init__(status)
        self.status, self.body = status, body


HANGS = "hangs"  # nothing comes, until whoever asked goes away
ENDLESS = "endless"  # words without end
Behaviour = Callable[[Asked], Message | str]


class OpenAiStub:
    """The server; `behave` decides each answer. `waiting` is set once somebody waits in vain, `gone` when they went away
    before the end."""

    def __init__(self) -> None:
        self.behave: Behaviour = lambda _: says("Hello.")
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.waiting, self.gone = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def begin(self, behave: Behaviour) -> None:
        """Behave so from now on, with nothing asked yet."""
        self.behave, self.asked = behave, []
        self.waiting.clear()
        self.gone.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(stub: OpenAiStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked = Asked(body)
            stub.asked.append(asked)
            try:
                answer = stub.behave(asked)
            except Failure as failure:
                self._whole(failure.status, failure.body)
                return
            try:
                if answer == HANGS:
                    self._wait_until_gone()
                elif body.get("stream"):
                    self._stream(_endless() if answer == ENDLESS else _chunks(answer))
                elif answer == ENDLESS:
                    self._wait_until_gone()
                else:
                    self._whole(200, json.dumps(_completion(answer)))
            except OSError:
                stub.gone.set()
            self.close_connection = True

        def _whole(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def _stream(self, chunks: Iterator[dict[str, Any]]) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            for chunk in chunks:
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                self.wfile.flush()
                if stub.closing.is_set():
                    return
            self.wfile.write(b"data: [DONE]\n\n")

        def _wait_until_gone(self) -> None:
            stub.waiting.set()
            self.connection.settimeout(0.05)
            while not stub.closing.is_set():
                try:
                    if self.connection.recv(1) == b"":
                        stub.gone.set()
                        return
                except TimeoutError:
                    continue

    return Handler


def _completion(message: Message) -> dict[str, Any]:
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "stub-1",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70},
    }


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "stub-1", "choices": [choice]}


def _chunks(message: Message) -> Iterator[dict[str, Any]]:
    yield _chunk({"role": "assistant"})
    if text := message.get("content"):
        for begin in range(0, len(text), 12):
            yield _chunk({"content": text[begin : begin + 12]})
    for index, call in enumerate(message.get("tool_calls", ())):
        arguments = call["function"]["arguments"]
        named = {"name": call["function"]["name"], "arguments": ""}
        yield _chunk({"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": named}]})
        for begin in range(0, len(arguments), 200):
            part = {"arguments": arguments[begin : begin + 200]}
            yield _chunk({"tool_calls": [{"index": index, "function": part}]})
    yield _chunk({}, "tool_calls" if message.get("tool_calls") else "stop")
    usage = {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70}
    yield {**_chunk({}), "choices": [], "usage": usage}


def _endless() -> Iterator[dict[str, Any]]:
    yield _chunk({"role": "assistant"})
    while True:
        threading.Event().wait(0.02)
        yield _chunk({"content": "and so on "})
