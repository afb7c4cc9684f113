"""Answers in OpenAI's chat format, and conversations out of it. Pure but for the clock and the random id."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from starlette.responses import JSONResponse

from rag.answer.prompt import tokens_at_most
from rag.records import citation_record
from rag.types import Answer, Question, Quote, Status, Turn, WenjuError
from ui.api_models import MOST_TURNS, MessageIn
from ui.library import Documents

AUTO, EXTRACTIVE = "wenju", "wenju-extractive"
MODELS = (AUTO, EXTRACTIVE)

SOURCES = "\n\n出处：\n"
"""Begins the list of sources under an answer: clients that know nothing of ``citations`` still show where it stands."""
_SOURCE_LINE = re.compile(r"^\[\d+\] .*〔([0-9A-Za-z_-]{1,200})〕$", re.MULTILINE)


def question_of(messages: Sequence[MessageIn], library: Documents) -> Question:
    """The last user message as the question, what was said before as its history. Raises WenjuError without one."""
    spoken = [m for m in messages if m.role in ("user", "assistant") and m.text.strip()]
    if not spoken or spoken[-1].role != "user":
        raise WenjuError("messages 的最后一条应是用户的问题。(the last message must be the user's)")
    turns: list[Turn] = []
    for asked, answered in pairwise(spoken):
        if asked.role == "user" and answered.role == "assistant":
            turns.append(Turn(asked.text, answered.text.partition(SOURCES)[0], _quoted(answered.text, library)))
    return Question(spoken[-1].text, tuple(turns[-MOST_TURNS:]))


def _quoted(text: str, library: Documents) -> tuple[Quote, ...]:
    """The passages that our own list of sources names: what a follow-up may lean on."""
    quotes = []
    for passage_id in _SOURCE_LINE.findall(text.partition(SOURCES)[2]):
        try:
            passage = library.passage(passage_id)
        except KeyError:
            continue  # the document was removed, or the line was not ours
        quotes.append(Quote(passage, passage.text, passage.spans, 0.0))
    return tuple(quotes)


def content(answer: Answer) -> str:
    """What a chat client shows: the text (or why there is none), a remark, the sources."""
    if answer.status is not Status.ANSWERED or not answer.text:
        return answer.reason
    remark = f"\n\n（{answer.reason}）" if answer.reason else ""
    lines = [f"[{n}] {_place(quote)}〔{quote.passage.id}〕" for n, quote in enumerate(answer.quotes, 1)]
    return f"{answer.text}{remark}{SOURCES}" + "\n".join(lines)


def citations(answer: Answer) -> list[dict[str, Any]]:
    """The verified quotations, numbered as the markers are."""
    return [citation_record(n, quote) for n, quote in enumerate(answer.quotes, 1)]


def completion(answer: Answer, model: str) -> dict[str, Any]:
    """A whole ``chat.completion``; ``usage`` is an upper estimate, since no tokenizer is involved."""
    text = content(answer)
    message = {"role": "assistant", "content": text, "citations": citations(answer)}
    asked, told = tokens_at_most(answer.question), tokens_at_most(text)
    return _frame(model, "chat.completion") | {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told},
        "wenju": {"status": answer.status.value, "engine": answer.engine, "standalone": answer.standalone},
    }


def begin(model: str) -> Callable[[dict[str, Any], str | None], dict[str, Any]]:
    """Makes the chunks of one stream: all with the same id."""
    frame = _frame(model, "chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
        return frame | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]}

    return chunk


def failed(message: str, status: int) -> JSONResponse:
    """An error as OpenAI's clients expect it."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": None}}, status)


def model_record(name: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "wenju"}


def _frame(model: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}


def _place(quote: Quote) -> str:
    passage = quote.passage
    parts = [f"《{passage.title}》" if passage.title else passage.source_id, passage.author, passage.publication]
    return "，".join(part for part in (*parts, passage.date) if part)
