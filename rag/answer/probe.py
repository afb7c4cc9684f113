"""One real call of the configured chat model, and what was seen: for `wenju doctor`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from time import perf_counter

from rag.answer.language import Language
from rag.answer.markers import numbers
from rag.answer.model import open_model
from rag.answer.prompt import build_prompt
from rag.settings import Settings
from rag.types import Passage, Span

_TEXT = "渡口每天开放12小时，由船工会管理。渡船共有七艘。"
_QUESTION = "渡口每天开放多少小时？"


@dataclass(frozen=True, slots=True)
class Probe:
    """What a chat model did with one small question."""

    model: str
    context: int
    """Tokens of context that will be used."""
    context_told: bool
    """Whether the server said so; otherwise it is the setting."""
    streams: bool
    """Whether the answer came in more than one piece."""
    first_seconds: float
    """Until the first piece."""
    characters_per_second: float
    cites: bool
    """Whether it put [1] where it was asked to."""
    right: bool
    """Whether the answer holds the number asked for."""
    answer: str


def probe_model(settings: Settings) -> Probe:
    """Ask the model of ``settings`` one question over one passage. Raises ModelError, which names the setting."""
    model = open_model(settings)
    passage = Passage("probe", "probe", "probe.txt", 0, _TEXT, (Span(0, len(_TEXT)),), title="渡口须知")
    prompt = build_prompt(_QUESTION, [passage], Language.SIMPLIFIED, model.context - settings.answer_tokens)
    started = perf_counter()
    first = 0.0
    pieces: list[str] = []
    with closing(model.stream(prompt.messages)) as stream:
        for piece in stream:
            first = first or perf_counter() - started
            pieces.append(piece)
    answer = "".join(pieces).strip()
    spent = max(perf_counter() - started, 1e-6)
    return Probe(
        model=model.name,
        context=model.context,
        context_told=model.told,
        streams=len(pieces) > 1,
        first_seconds=round(first, 2),
        characters_per_second=round(len(answer) / spent, 1),
        cites=numbers(answer) == (1,),
        right="12" in answer or "十二" in answer,
        answer=answer[:200],
    )
