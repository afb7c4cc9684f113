"""One question -> frames for the page: waiting, searching, growing text, the end. An error too is a frame.

A frame is ``{turn, state, parts, record}``. ``parts`` is HTML by name (see ``render``), ``record`` what the browser
keeps. The states are loading, queued, searching, growing, done, error.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.answer.markers import numbers
from rag.types import Answer, Question, WenjuError
from ui import render
from ui.engine import Engine, EngineState
from ui.limits import BusyError, Gate, Place
from ui.record import Record, Scope, record_of, turns

log = logging.getLogger("wenju.ui")

Frame = dict[str, Any]

PAUSE = 0.12
"""Seconds between two frames of one answer: smooth to the eye, cheap for a slow browser."""


class Ask(BaseModel):
    """What the page sends with a question."""

    model_config = ConfigDict(extra="ignore")
    turn: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    question: str = Field(min_length=1, max_length=200_000)
    history: list[Record] = Field(default_factory=list, max_length=8)
    scope: Scope = Field(default_factory=Scope)


async def frames(
    payload: object, engine: Engine, gate: Gate, *, longest: int, patience: float
) -> AsyncGenerator[Frame]:
    """All frames of one question. Closing this iterator closes the chain's stream."""
    try:
        ask = Ask.model_validate(payload)
    except ValidationError:
        turn = str(payload.get("turn", ""))[:40] if isinstance(payload, dict) else ""
        yield _frame(turn, "error", render.failed("error.request"))
        return
    if len(ask.question) > longest:
        yield _error(ask, "ask.long", len(ask.question), longest)
        return
    try:
        async with aclosing(_answer(ask, engine, gate, patience)) as inner:
            async for frame in inner:
                yield frame
    except BusyError:
        yield _error(ask, "error.busy")
    except TimeoutError:
        yield _error(ask, "error.timeout")
    except WenjuError as error:
        yield _error(ask, "error.engine", str(error)) if engine.state is EngineState.FAILED else _told(ask, str(error))
    except Exception:  # a fault of ours or of a model server must end as a card, with the trace in the log only
        log.exception("answering failed")
        yield _error(ask, "error.answer")


async def _answer(ask: Ask, engine: Engine, gate: Gate, patience: float) -> AsyncGenerator[Frame]:
    while not await asyncio.to_thread(engine.wait, 0.25):
        yield _frame(ask.turn, "loading", render.waiting("state.loading"))
    place = gate.place()
    try:
        while (ahead := await place.ahead()) > 0:
            yield _frame(ask.turn, "queued", render.waiting("state.queued", ahead))
        chain = engine.chain
        history = await asyncio.to_thread(turns, ask.history, chain.library)
        stream = chain.stream(Question(ask.question, history, ask.scope.filters()))
        last: Answer | None = None
        async with aclosing(_paced(stream, place, patience)) as answers:
            async for last in answers:
                yield _growing(ask, last)
    finally:
        place.leave()
    if last is None:
        raise WenjuError("没有得到回答。(empty stream)")
    yield _done(ask, last)


async def _paced(stream: Iterator[Answer], place: Place, patience: float) -> AsyncGenerator[Answer]:
    """The answers of a blocking stream, at most one every ``PAUSE``; the last one always. Closes the stream.

    The stream runs in a thread of its own and puts what it has into a one-place box, so a slow browser never
    makes a queue grow. The place at the gate is free again when the stream has ended, not when its last word is shown.
    """
    loop = asyncio.get_running_loop()
    box = _Box(stream, loop)
    worker = loop.run_in_executor(place.gate.threads, box.pump)
    worker.add_done_callback(lambda _: place.leave())
    try:
        deadline = loop.time() + patience
        while True:
            await asyncio.wait_for(box.fresh.wait(), max(0, deadline - loop.time()))
            box.fresh.clear()
            latest, ended = box.latest, box.ended
            if latest is not None:
                yield latest
            if ended:
                break
            if loop.time() > deadline:
                raise TimeoutError
            await asyncio.sleep(PAUSE)
        await worker  # raises what the stream raised
    finally:
        box.stop = True


class _Box:
    """Carries the newest answer from the thread that makes it to the event loop."""

    def __init__(self, stream: Iterator[Answer], loop: asyncio.AbstractEventLoop) -> None:
        self.stream, self.loop = stream, loop
        self.fresh = asyncio.Event()
        self.latest: Answer | None = None
        self.ended = False
        self.stop = False

    def pump(self) -> None:
        """Run the stream to its end, or until asked to stop; always close it."""
        try:
            for answer in self.stream:
                if self.stop:
                    break
                self.latest = answer
                self._ring()
        finally:
            close = getattr(self.stream, "close", None)
            if close is not None:
                close()
            self.ended = True
            self._ring()

    def _ring(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.fresh.set)


def _growing(ask: Ask, answer: Answer) -> Frame:
    cited = max(numbers(answer.text), default=0)
    parts = render.growing(answer, len(answer.hits), cited)
    record = record_of(ask.turn, answer, state="cut", scope=ask.scope.words()) if answer.text else None
    return _frame(ask.turn, "growing" if answer.text else "searching", parts, record)


def _done(ask: Ask, answer: Answer) -> Frame:
    scope = ask.scope.words()
    parts = render.card(answer, scope=scope)
    return _frame(ask.turn, "done", parts, record_of(ask.turn, answer, scope=scope))


def _error(ask: Ask, key: str, *args: object) -> Frame:
    return _frame(ask.turn, "error", render.failed(key, *args))


def _told(ask: Ask, message: str) -> Frame:
    return _frame(ask.turn, "error", render.told(message))


def _frame(turn: str, state: str, parts: render.Parts, record: Record | None = None) -> Frame:
    return {"turn": turn, "state": state, "parts": parts, "record": record.model_dump(mode="json") if record else None}
