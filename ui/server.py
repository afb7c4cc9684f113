"""The web application: our routes, our files, the password, and Gradio's page mounted below them."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from rag.settings import Settings
from rag.types import WenjuError
from ui.editing import Editor
from ui.engine import Engine
from ui.feedback import FeedbackBook
from ui.limits import Bucket, Gate
from ui.page import head, login_page
from ui.routes import limited, router
from ui.security import COOKIE, DAYS, SILENT, KnownHosts, PageHead, Password, SafeHeaders
from ui.suggest import Suggestions
from ui.text import table
from ui.upload import FILES

ASSETS = Path(__file__).parent / "assets"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the page takes on at once."""

    width: int = 4
    """Questions answered at a time."""
    line: int = 64
    """Questions that may wait."""
    patience: float = 180.0
    """Seconds until an answer is given up."""


def create_app(
    settings: Settings, engine: Engine, editor: Editor, *, routers: Sequence[APIRouter] = (), limits: Limits = Limits()
) -> ASGIApp:
    """The whole application. ``routers`` are further routes of ours (an API); the password covers them too."""
    from ui.app import mount

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start()
        yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, telemetry=SILENT)
    password = Password(app, settings.password) if settings.password else None
    book = FeedbackBook(settings.index.parent / "feedback.sqlite")
    gate = Gate(limits.width, limits.line)
    # Trying questions out on a chat model would cost its owner time and money.
    suggestions = Suggestions(engine, lambda: gate.inside > 0, try_out=not settings.model)
    routes = router(engine, editor, book, suggestions)
    app.include_router(routes, dependencies=[Depends(limited(200, 40))])
    for extra in routers:
        app.include_router(extra)
    _own_files(app)
    _health(app, engine)
    _login(app, password, settings.root_path)
    _plain_errors(app)
    # Last: whatever no route of ours answers is Gradio's.
    app = mount(app, engine, gate, settings, patience=limits.patience)
    if password is not None:
        password.app = app
    facts = {"question": settings.max_question, "mb": settings.max_upload_mb, "files": FILES}
    guarded = PageHead(password or app, head(facts))
    named = KnownHosts(guarded, settings.host, settings.trusted_hosts.replace(",", " ").split())
    return SafeHeaders(named, (settings.max_upload_mb * FILES + 1) << 20)


def _own_files(app: FastAPI) -> None:
    texts = f"export default {json.dumps(table(), ensure_ascii=False)};\n"
    tag = f'"{hashlib.sha256(texts.encode()).hexdigest()[:16]}"'

    @app.get("/own/text.js")
    def text() -> Response:
        """All texts of the interface as a script module."""
        return Response(texts, media_type="text/javascript", headers={"etag": tag, "cache-control": "no-cache"})

    @app.get("/own/{name}")
    def asset(name: str) -> Response:
        """One of our own few files."""
        path = ASSETS / name
        if path.parent != ASSETS or path.suffix not in KINDS or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, media_type=KINDS[path.suffix], headers={"cache-control": "no-cache"})

    @app.get("/openapi.json")
    @app.get("/gradio_api/openapi.json")
    def schema() -> Response:
        """Gradio describes its inner routes here; nobody needs that."""
        raise HTTPException(404)

    @app.get("/favicon.ico")
    def icon() -> Response:
        """The mark, for browsers that ask by this name."""
        return FileResponse(ASSETS / "mark.svg", media_type=KINDS[".svg"])

    @app.get("/manifest.json")
    def manifest() -> JSONResponse:
        """Name and icon for a home screen."""
        icons = [{"src": "own/mark.svg", "sizes": "any", "type": "image/svg+xml"}]
        return JSONResponse({"name": "问据 Wenju", "short_name": "问据", "start_url": ".", "display": "standalone",
                             "background_color": "#faf8f4", "theme_color": "#0f5c55", "icons": icons})  # fmt: skip


def _health(app: FastAPI, engine: Engine) -> None:
    boot = secrets.token_hex(4)

    @app.get("/healthz")
    async def health() -> dict[str, str | int]:
        """Alive; ``boot`` tells a page that the server was restarted."""
        return {"status": "ok", "boot": boot, "engine": engine.state.value, "pid": os.getpid()}


def _login(app: FastAPI, password: Password | None, root: str) -> None:
    # Guessing is slow for everybody, not for each address: there is one password.
    tries = Bucket(10, 0.2)

    @app.get("/login", response_class=HTMLResponse)
    def page(next: str = "") -> str:
        """The page that asks for the password."""
        return login_page(next)

    @app.post("/login")
    def enter(request: Request, word: str = Form(max_length=1000), next: str = Form("", max_length=500)) -> Response:
        """Check the password and begin a session."""
        if password is None:
            return RedirectResponse(f"{root}/", 303)
        if not tries.take("all"):
            return HTMLResponse(login_page(next, "试得太快了，请稍等几秒。"), 429)
        if not password.right(word):
            return HTMLResponse(login_page(next, "密码不对，请再试一次。"), 401)
        # Only our own pages: a target with a scheme or host would lead away.
        safe = next if next and all(c.isalnum() or c in "-_?=&%#" for c in next) else ""
        answer = RedirectResponse(f"{root}/{safe}", 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        life = DAYS * 86400
        answer.set_cookie(COOKIE, password.session(), max_age=life, httponly=True, samesite="lax", secure=secure)
        return answer


def _plain_errors(app: FastAPI) -> None:
    """Errors as one plain sentence each; nothing of the inside is told."""

    @app.exception_handler(WenjuError)
    async def mendable(_: Request, error: WenjuError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 409)

    @app.exception_handler(HTTPException)
    async def known(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        unknown = [str(e["loc"][-1]) for e in error.errors() if e["type"] == "extra_forbidden"]
        named = f"不认识的键：{'、'.join(unknown)[:200]}。(unknown key)" if unknown else ""
        return JSONResponse({"error": named or "请求的内容有误。(invalid request)"}, 422)
