"""The HTTP API: OpenAI's chat format, so that any such client can use Wenju as a model, and three plain JSON routes.

    app.include_router(build_router(lambda: engine.chain, settings))

The password, where one is set, is asked for by the server these routes are included in (``Authorization: Bearer``).
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Body, Depends, HTTPException, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response, StreamingResponse

from rag.records import answer_record, passage_record, search_record, sentence_records
from rag.settings import Settings
from rag.types import Answer, Question, WenjuError
from ui import chat_format
from ui.api_models import ASK_EXAMPLES, CHAT_EXAMPLES, SEARCH_EXAMPLES, AskIn, ChatIn, SearchIn
from ui.stepping import steps

if TYPE_CHECKING:
    from rag.chain import QAChain

AT_ONCE = 4
"""Questions answered at a time; further ones wait."""

_Result = TypeVar("_Result")

Opened = Callable[[], "QAChain"]
"""Gives the chain as it is now; raises WenjuError while there is none."""


def build_router(chain: Opened, settings: Settings) -> APIRouter:
    """The routes. ``chain`` is called for every request, so that a rebuilt index is used at once."""
    router = APIRouter(dependencies=[Depends(_same_origin)])
    limiter = CapacityLimiter(AT_ONCE)
    _openai_routes(router, chain, limiter)
    _plain_routes(router, chain, settings, limiter)

    @router.get("/api/openapi.json", include_in_schema=False)
    def schema() -> dict[str, Any]:
        """This API described as OpenAPI."""
        return get_openapi(title="问据 Wenju", version="1", routes=router.routes, servers=_servers(settings))

    return router


def _openai_routes(router: APIRouter, chain: Opened, limiter: CapacityLimiter) -> None:
    @router.get("/v1/models", tags=["OpenAI"])
    def models() -> dict[str, Any]:
        """The engines that can be asked, as OpenAI lists models."""
        return {"object": "list", "data": [chat_format.model_record(name) for name in chat_format.MODELS]}

    @router.post("/v1/chat/completions", tags=["OpenAI"], response_model=None)
    async def complete(body: Annotated[ChatIn, Body(openapi_examples=CHAT_EXAMPLES)]) -> Response:
        """Answer the last user message; ``message.citations`` holds the verified quotations."""
        if body.model not in chat_format.MODELS:
            return chat_format.failed(f"没有名为 {body.model} 的模型。(unknown model)", 404)
        try:
            opened = _engine(await to_thread.run_sync(chain), extractive=body.model == chat_format.EXTRACTIVE)
        except WenjuError as problem:
            return chat_format.failed(str(problem), 503)
        from rag.chain import check_question

        try:
            question = await to_thread.run_sync(chat_format.question_of, body.messages, opened.library)
            check_question(question, opened.settings.max_question)
            if body.stream:
                answers = steps(lambda: opened.stream(question), limiter)
                return StreamingResponse(_events(answers, body.model), media_type="text/event-stream")
            answer = await to_thread.run_sync(opened.invoke, question, limiter=limiter)
        except WenjuError as problem:
            return chat_format.failed(str(problem), 400)
        return JSONResponse(chat_format.completion(answer, body.model))


async def _events(answers: AsyncIterator[Answer], model: str) -> AsyncIterator[str]:
    """Server-sent events of a growing answer. A failure ends the stream with an error event, never silently."""
    begun = chat_format.begin(model)
    yield _event(begun({"role": "assistant", "content": ""}, None))
    shown, last = "", None
    try:
        async with aclosing(answers) as growing:  # type: ignore[type-var]
            async for last in growing:
                if last.text.startswith(shown) and len(last.text) > len(shown):
                    yield _event(begun({"content": last.text[len(shown) :]}, None))
                    shown = last.text
    except WenjuError as problem:
        yield _event({"error": {"message": str(problem), "type": "server_error"}})
    if last is not None:
        yield _event(begun({"content": chat_format.content(last).removeprefix(shown)}, None))
        yield _event(begun({"citations": chat_format.citations(last)}, "stop"))
    yield "data: [DONE]\n\n"


def _plain_routes(router: APIRouter, chain: Opened, settings: Settings, limiter: CapacityLimiter) -> None:
    @router.post("/api/ask", tags=["Wenju"])
    async def ask(body: Annotated[AskIn, Body(openapi_examples=ASK_EXAMPLES)]) -> dict[str, Any]:
        """Answer a question; the same record as ``wenju ask --json``, and what the check found of each sentence."""
        opened = _engine(await to_thread.run_sync(_ready, chain), extractive=body.engine == "extractive")
        history = await to_thread.run_sync(body.turns, opened.library)
        question = Question(body.question, history, body.filters.as_filters())
        answer = await to_thread.run_sync(_told, lambda: opened.invoke(question), limiter=limiter)
        return answer_record(answer) | {"sentences": sentence_records(answer)}

    @router.post("/api/search", tags=["Wenju"])
    async def search(body: Annotated[SearchIn, Body(openapi_examples=SEARCH_EXAMPLES)]) -> dict[str, Any]:
        """Find passages; the same record as ``wenju search --json``."""
        from rag.chain import check_question

        opened = await to_thread.run_sync(_ready, chain)

        def find() -> dict[str, Any]:
            started = time.perf_counter()
            asked = check_question(body.question, settings.max_question)
            hits = opened.find(asked.text, body.filters.as_filters(), body.k)
            return search_record(body.question, hits, round((time.perf_counter() - started) * 1000, 2))

        return await to_thread.run_sync(_told, find, limiter=limiter)

    @router.get("/api/passages/{passage_id}", tags=["Wenju"])
    def passage(passage_id: str) -> dict[str, Any]:
        """One passage with its place in the original file."""
        try:
            return passage_record(_ready(chain).library.passage(passage_id))
        except KeyError:
            raise HTTPException(404, f"没有名为 {passage_id} 的段落。(no such passage)") from None


def _told(work: Callable[[], _Result]) -> _Result:
    try:
        return work()
    except WenjuError as problem:
        raise HTTPException(400, str(problem)) from problem


def _ready(chain: Opened) -> QAChain:
    try:
        return chain()
    except WenjuError as problem:
        raise HTTPException(503, str(problem)) from problem


def _engine(chain: QAChain, *, extractive: bool) -> QAChain:
    return chain.extractive() if extractive else chain


def _same_origin(request: Request) -> None:
    """A page of another site must not ask in its visitor's name: without a password nothing else would stop it."""
    origin = request.headers.get("origin", "")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "不接受其他网站页面发来的请求。(cross-origin request)")


def _event(record: dict[str, Any]) -> str:
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n"


def _servers(settings: Settings) -> list[dict[str, Any]]:
    return [{"url": settings.root_path or "/"}]
