"""Our own JSON routes: what the page asks for besides answers. Everything is validated here and passed on."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote as urlquote

from fastapi import APIRouter, HTTPException, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from rag.types import Span, WenjuError
from ui import render, shelf
from ui.editing import Editor
from ui.engine import Engine, EngineState
from ui.export import exchanges, markdown
from ui.feedback import Feedback, FeedbackBook
from ui.limits import Bucket
from ui.record import Record, restore
from ui.suggest import Suggestions
from ui.upload import FILES, check_file, safe_name

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Cards(BaseModel):
    """Stored turns to be shown again."""

    turns: list[Record] = Field(max_length=60)


class Wanted(BaseModel):
    """A passage to look at, and the quotation to mark in it (none for a bare link)."""

    p: str = Field(max_length=200)
    spans: list[tuple[int, int]] = Field(default_factory=list, max_length=50)
    text: str = Field(default="", max_length=20_000)
    focus: str = Field(default="", max_length=2_000)


class Export(BaseModel):
    """A conversation to take away."""

    title: str = Field(max_length=300)
    kind: str = Field(pattern="^(md|docx)$")
    turns: list[Record] = Field(max_length=400)


def router(engine: Engine, editor: Editor, book: FeedbackBook, suggestions: Suggestions) -> APIRouter:
    """All routes under ``/api``."""
    routes = APIRouter(prefix="/api")
    _reading(routes, engine)
    _suggesting(routes, engine, suggestions)
    _keeping(routes, engine, book)
    _editing(routes, engine, editor)
    return routes


def limited(burst: float, rate: float) -> Callable[[Request], None]:
    """A dependency that answers 429 to a caller who asks too fast."""
    bucket = Bucket(burst, rate)

    def check(request: Request) -> None:
        if not bucket.take(request.client.host if request.client else ""):
            raise HTTPException(429, "请求太快，请稍等几秒。(too many requests)")

    return check


def _reading(routes: APIRouter, engine: Engine) -> None:
    @routes.get("/status")
    def status() -> JSONResponse:
        """How far loading has come, and what the empty page offers."""
        if engine.state is not EngineState.READY:
            return JSONResponse({"state": engine.state, "problem": engine.problem})
        return JSONResponse({"state": "ready", "documents": shelf.rows(engine.chain.library)})

    @routes.post("/place")
    def place(wanted: Wanted) -> JSONResponse:
        """One passage in its document, with the quotation marked."""
        try:
            spans = [Span(start, end) for start, end in wanted.spans]
            return JSONResponse(shelf.place_of(engine.chain.library, wanted.p, spans, wanted.text, wanted.focus))
        except ValueError as error:
            raise HTTPException(400, "引文位置有误。(bad spans)") from error
        except KeyError as error:
            raise HTTPException(404, "这个段落已不在文献库中。(gone)") from error

    @routes.get("/documents/{source_id:path}")
    def document(source_id: str, offset: int = Query(0, ge=0)) -> JSONResponse:
        """A stretch of one document to read."""
        try:
            return JSONResponse(shelf.reading(engine.chain.library, source_id, offset))
        except KeyError as error:
            raise HTTPException(404, "这份文献已不在文献库中。(gone)") from error


def _suggesting(routes: APIRouter, engine: Engine, suggestions: Suggestions) -> None:
    @routes.get("/examples")
    def examples(lang: str = "") -> JSONResponse:
        """Questions for the empty page."""
        return JSONResponse(suggestions.examples(traditional=lang == "zh-TW"))

    @routes.post("/follow")
    def follow(record: Record) -> JSONResponse:
        """What to ask next, as HTML."""
        answer, _ = restore(record, engine.chain.library)
        return JSONResponse({"follow": render.follow_ups(suggestions.follow_ups(answer))})


def _keeping(routes: APIRouter, engine: Engine, book: FeedbackBook) -> None:
    @routes.post("/cards")
    def cards(wanted: Cards) -> JSONResponse:
        """Stored turns as cards, every quotation checked anew."""
        library = engine.chain.library
        shown: dict[str, render.Parts] = {}
        for record in wanted.turns:
            answer, lost = restore(record, library)
            shown[record.id] = render.card(answer, lost=lost, scope=record.scope)
        return JSONResponse(shown)

    @routes.post("/feedback", status_code=204)
    def feedback(given: Feedback) -> None:
        """A verdict on one turn."""
        book.write(given)

    @routes.post("/export")
    def export(wanted: Export) -> Response:
        """The conversation as a file."""
        now = datetime.now()
        found = exchanges(wanted.turns, engine.chain.library)
        if wanted.kind == "docx":
            from ui.word import word_file

            content, kind = word_file(wanted.title, found, now), WORD
        else:
            content, kind = markdown(wanted.title, found, now).encode(), "text/markdown; charset=utf-8"
        name = safe_name(f"{wanted.title[:60]}.{wanted.kind}") or f"wenju.{wanted.kind}"
        return Response(content, media_type=kind, headers={
            "content-disposition": f"attachment; filename=\"wenju.{wanted.kind}\"; filename*=UTF-8''{urlquote(name)}"
        })  # fmt: skip


def _editing(routes: APIRouter, engine: Engine, editor: Editor) -> None:
    @routes.post("/documents")
    async def add(files: list[UploadFile]) -> StreamingResponse:
        """Add files; one JSON line for each step of each file, so that the page can show progress."""
        engine.chain  # noqa: B018 - raises the plain message while there is no library
        if len(files) > FILES:
            raise HTTPException(413, f"一次最多添加 {FILES} 个文件。(too many files)")

        async def steps() -> AsyncIterator[bytes]:
            for number, file in enumerate(files):
                async for line in _add_one(file, editor):
                    yield json.dumps({"number": number} | line, ensure_ascii=False).encode() + b"\n"

        return StreamingResponse(steps(), media_type="application/x-ndjson")

    @routes.delete("/documents/{source_id:path}", status_code=204)
    def remove(source_id: str) -> None:
        """Take a document out; it can be put back while the server runs."""
        try:
            editor.remove(source_id)
        except KeyError as error:
            raise HTTPException(404, "这份文献已不在文献库中。(gone)") from error

    @routes.post("/restore/{source_id:path}", status_code=204)
    def put_back(source_id: str) -> None:
        """Put a removed document back."""
        try:
            editor.restore(source_id)
        except KeyError as error:
            raise HTTPException(404, "无法恢复：这份文献移除已久。(gone)") from error


async def _add_one(file: UploadFile, editor: Editor) -> AsyncIterator[dict[str, str]]:
    name = safe_name(file.filename or "")
    try:
        check_file(name, file.size or 0, editor.most_mb)
        yield {"file": name, "step": "reading"}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(await file.read())
            source = await asyncio.to_thread(editor.read, path)
        yield {"file": name, "step": "indexing"}
        source = await asyncio.to_thread(editor.add, source)
        yield {"file": name, "step": "added", "id": source.id}
    except WenjuError as error:
        yield {"file": name, "step": "failed", "why": str(error)}
