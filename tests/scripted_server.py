"""A chat-model server that plays a script: OpenAI's and Ollama's protocols over real HTTP on loopback, streaming.

    with ScriptedServer(says("共13条[1]。")) as server:
        settings = Settings(model="openai:scripted", base_url=server.url)

Each request plays the next script; the last one is repeated.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Any, Self


@dataclass(frozen=True)
class Play:
    """What one request gets: text pieces, then an end: done, drop (hang up), silence, or garbage."""

    pieces: Iterable[str] = ()
    end: str = "done"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def says(text: str, size: int = 3) -> Play:
    """The text in pieces of ``size`` characters."""
    return Play([text[i : i + size] for i in range(0, len(text), size)])


def endless(sentence: str) -> Play:
    """The same words for ever."""
    return Play(repeat(sentence))


def drops_after(text: str) -> Play:
    """Hangs up in the middle."""
    return Play([text], end="drop")


def silent(text: str = "") -> Play:
    """Sends ``text`` and then nothing, with the connection open."""
    return Play([text] if text else [], end="silence")


def garbled() -> Play:
    """A stream that is not JSON."""
    return Play(["开头"], end="garbage")


def refuses(status: int, **headers: str) -> Play:
    """An error instead of an answer."""
    return Play(status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


class ScriptedServer:
    """Real HTTP on a free loopback port. ``requests`` are the bodies received, ``hung_up`` tells that a client left."""

    def __init__(self, *plays: Play, key: str = "", context: int = 0) -> None:
        self.plays = list(plays)
        self.key = key
        self.context = context
        self.requests: list[dict[str, Any]] = []
        self.hung_up = threading.Event()
        self.stopping = threading.Event()
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def next_play(self) -> Play:
        return self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    server_of: ScriptedServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        entry: dict[str, Any] = {"id": "scripted", "object": "model", "owned_by": "test"}
        if self.server_of.context:
            entry["max_model_len"] = self.server_of.context
        self._json(200, {"object": "list", "data": [entry]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        owner = self.server_of
        if self.path == "/api/show":
            known = {"model_info": {"test.context_length": owner.context}} if owner.context else {}
            self._json(200, known)
            return
        owner.requests.append(body)
        if owner.key and self.headers.get("Authorization") != f"Bearer {owner.key}":
            self._json(401, {"error": {"message": "Incorrect API key provided: sk-secret", "code": "invalid_api_key"}})
            return
        if body["model"] != "scripted":
            self._json(404, {"error": {"message": "model not found", "code": "model_not_found"}})
            return
        play = owner.next_play()
        if play.status != 200:
            self._json(play.status, {"error": {"message": "scripted refusal"}}, play.headers)
            return
        try:
            self._stream(play, ollama=self.path == "/api/chat")
        except (BrokenPipeError, ConnectionResetError):
            owner.hung_up.set()
            self.close_connection = True

    def _stream(self, play: Play, *, ollama: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in self._lines(play, ollama):
            data = line.encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()
        if play.end == "drop":
            self.close_connection = True
            return  # without the last chunk: the client sees a broken transfer
        if play.end == "silence":
            self.server_of.stopping.wait(60)
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    def _lines(self, play: Play, ollama: bool) -> Iterator[str]:
        for piece in play.pieces:
            yield _ollama(piece, False) if ollama else _openai({"content": piece}, None)
        if play.end == "garbage":
            yield "{不是 JSON\n" if ollama else "data: {不是 JSON\n\n"
        if play.end == "done":
            yield _ollama("", True) if ollama else _openai({}, "stop") + "data: [DONE]\n\n"

    def _json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _openai(delta: dict[str, str], finish: str | None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _ollama(piece: str, done: bool) -> str:
    message = {"role": "assistant", "content": piece}
    line = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "message": message}
    return json.dumps(line | {"done": done} | ({"done_reason": "stop"} if done else {}), ensure_ascii=False) + "\n"
