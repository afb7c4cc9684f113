"""What stands before every route: headers, the password, a cap on request size. Pure ASGI: streams stay streams."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64decode
from collections.abc import Sequence
from http.cookies import SimpleCookie
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Gradio compiles its templates in the browser, hence 'unsafe-eval'; nothing foreign can be loaded all the same."""

HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI can report to OpenTelemetry collectors; this application reports to nobody."""
COOKIE = "wenju_session"
OPEN = ("/healthz", "/login", "/own/page.css", "/own/mark.svg")
"""The only paths that answer without the password: they tell nothing about the documents."""
DAYS = 30


FOREIGN_HOST = (
    "这个名称不是本服务的名称。经由代理或别的域名访问时，请把它写进 WENJU_TRUSTED_HOSTS"
    "（wenju.toml 里的 trusted_hosts）。"
    "(this server was not started for that name; list it in WENJU_TRUSTED_HOSTS)"
)


class SafeHeaders:
    """Adds the headers to every answer, and refuses request bodies past ``largest`` bytes."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app, self.largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        length = Headers(scope=scope).get("content-length", "0")
        if length.isdigit() and int(length) > self.largest:
            await JSONResponse({"error": "请求太大。(too large)"}, 413)(scope, receive, send_safely)
            return
        await self.app(scope, receive, send_safely)


class KnownHosts:
    """Answers only who asks for a name that this server was started for.

    A web page whose own name was pointed at 127.0.0.1 (DNS rebinding) sends that name as ``Host``, and would otherwise
    read everything as if it were our own page. Addresses in digits cannot be pointed elsewhere; they are taken when the
    server listens beyond loopback.
    """

    def __init__(self, app: ASGIApp, host: str, others: Sequence[str] = ()) -> None:
        self.app = app
        self._known = {_bare_host(name) for name in ("127.0.0.1", "localhost", "::1", host, *others)}
        self._any_address = _bare_host(host) not in ("127.0.0.1", "localhost", "::1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket") or self.knows(Headers(scope=scope).getlist("host")):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4421})
        else:
            await JSONResponse({"error": FOREIGN_HOST}, 421)(scope, receive, send)

    def knows(self, hosts: Sequence[str]) -> bool:
        """Whether a request's one ``Host`` header names this server."""
        if len(hosts) != 1:
            return False
        name = _bare_host(hosts[0])
        return name in self._known or (self._any_address and _is_address(name))


def _bare_host(host: str) -> str:
    """A name or address without port, brackets and final dot, in lower case.

    >>> _bare_host("[::1]:7860"), _bare_host("Localhost.:80"), _bare_host("::1")
    ('::1', 'localhost', '::1')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    return (name if port.isdigit() and ":" not in name and name else host).rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class Password:
    """Lets through who knows the password: by session cookie, bearer token, or HTTP Basic with any name."""

    def __init__(self, app: ASGIApp, password: str) -> None:
        self.app, self.password = app, password
        # Derived from the password, so that sessions survive a restart and end when it is changed.
        self._key = hashlib.scrypt(password.encode(), salt=b"wenju session", n=2**14, r=8, p=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket") or self._path(scope) in OPEN or self.knows(Headers(scope=scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        elif "text/html" in Headers(scope=scope).get("accept", "") and scope["method"] == "GET":
            target = quote(self._path(scope).lstrip("/"))
            await RedirectResponse(f"{scope.get('root_path', '')}/login?next={target}", 303)(scope, receive, send)
        else:
            answer = JSONResponse({"error": "需要密码。(password required)"}, 401, {"www-authenticate": "Bearer"})
            await answer(scope, receive, send)

    def knows(self, headers: Headers) -> bool:
        """Whether these request headers carry the password or a session made with it."""
        cookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except Exception:  # a broken cookie header is no cookie
            return False
        if COOKIE in cookie and self._valid(cookie[COOKIE].value):
            return True
        kind, _, value = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.right(value.strip())
        if kind.lower() == "basic":
            try:
                return self.right(b64decode(value).decode().partition(":")[2])
            except ValueError:
                return False
        return False

    def right(self, word: str) -> bool:
        """Whether ``word`` is the password, in constant time."""
        return hmac.compare_digest(word.encode(), self.password.encode())

    def session(self) -> str:
        """A new session: the time it ends, signed."""
        ends = str(int(time.time()) + DAYS * 86400)
        return f"{ends}.{self._sign(ends)}"

    def _valid(self, session: str) -> bool:
        ends, _, signature = session.partition(".")
        return hmac.compare_digest(signature, self._sign(ends)) and ends.isdigit() and int(ends) > time.time()

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def _path(scope: Scope) -> str:
        path: str = scope["path"]
        root: str = scope.get("root_path", "")
        return path.removeprefix(root) if root and path.startswith(root + "/") else path


class PageHead:
    """Puts our own lines first into the ``<head>``: Gradio's ``head=`` comes too late for theme and language."""

    def __init__(self, app: ASGIApp, head: str) -> None:
        self.app, self.head = app, head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; only the page itself is held back until it is whole."""
        root = scope.get("root_path", "")
        if scope["type"] != "http" or scope["path"].removeprefix(root) not in ("", "/") or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        start: dict[str, Any] = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                whole = bytes(body).replace(b"<head>", b"<head>" + self.head, 1)
                headers = MutableHeaders(scope=start)
                headers["content-length"] = str(len(whole))
                headers["cache-control"] = "no-store"
                await send(start)
                await send({"type": "http.response.body", "body": whole})

        await self.app(scope, receive, hold)
