"""The system under test, opened the way its users open it, with parts taken out where an ablation asks for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import local
from time import perf_counter
from typing import Any
from unittest.mock import patch

from eval.cases import Case
from eval.records import Record, Variant, cited, record_of
from eval.variants import chosen, variants
from rag.chain import QAChain, open_chain
from rag.index.build import build_index
from rag.index.embed import open_encoder
from rag.index.windows import embedded_texts
from rag.settings import Settings
from rag.types import Passage, Question, Turn, WenjuError

PARTS = ("lexical", "dense", "titles", "reader", "structure", "windows")
"""What ``--without`` can take out."""

Ask = Callable[[Case], Record]


class Overheard:
    """Stands in for a chain's reader, reads through it, and remembers this thread's last confidence.

    The chain compares that confidence with its threshold and then drops it; the threshold curve needs it also for
    the questions that were refused.
    """

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._last = local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """What the reader reads."""
        self._last.confidence = None
        evidence = self._reader.read(*args, **kwargs)
        self._last.confidence = float(evidence.confidence)
        return evidence

    def confidence(self) -> float | None:
        """Confidence of the last evidence read in this thread; None when nothing was read."""
        return getattr(self._last, "confidence", None)


@contextmanager
def taken_out(parts: Sequence[str]) -> Iterator[None]:
    """While it lasts, indexes are built and questions embedded without these parts of the text.

    Only measuring needs these switches, so they live here, as patches of the functions that put the part in; a
    function that was renamed makes the run fail loudly instead of measuring nothing.
    """
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise WenjuError(f"--without 不认识 {'、'.join(unknown)}；可用的有 {'、'.join(PARTS)}。")
    import rag.answer.evidence
    import rag.index.build
    import rag.index.windows
    import rag.search.retrieve

    with ExitStack() as stack:
        if "titles" in parts:
            for module in (rag.index.windows, rag.index.build, rag.search.retrieve, rag.answer.evidence):
                stack.enter_context(patch.object(module, "head", _no_head))
        if "windows" in parts:
            stack.enter_context(patch.object(rag.index.build, "embedded_texts", _whole_only))
        if "structure" in parts:
            for name, nothing in _structure_readers():
                stack.enter_context(patch(name, nothing))
        yield


def _no_head(passage: Passage) -> str:
    """No title, no headings."""
    return ""


def _whole_only(passage: Passage) -> list[str]:
    """The paragraph's own vector alone; it stands in the places of its pieces, which the reader looks up by number."""
    texts = embedded_texts(passage)
    return texts[:1] * len(texts)


def _structure_readers() -> tuple[tuple[str, Callable[..., Any]], ...]:
    """The two places where answers use lists, outlines and bylines instead of sentences."""
    return (("rag.answer.read.find_list", lambda *args: None), ("rag.answer.read.byline_quotes", lambda *args: ()))


def build(settings: Settings, documents: Path, progress: Callable[[str, int, int], None]) -> None:
    """Index ``documents`` into the settings' index folder. Raises WenjuError when one of them cannot be read."""
    report = build_index(settings.index, [documents], open_encoder(settings), progress=progress)
    if report.problems:
        raise WenjuError("；".join(f"{problem.name}：{problem.message}" for problem in report.problems))


def open_system(settings: Settings, without: Sequence[str] = ()) -> tuple[QAChain, Overheard]:
    """The chain with the parts that can be switched off in a built chain switched off, and its reader overheard."""
    chain = open_chain(settings)
    off = {part: False for part in without if part in ("lexical", "dense")}
    if off:
        chain.retriever.parts = replace(chain.retriever.parts, **off)
    heard = Overheard(chain.reader)
    chain.reader = heard  # type: ignore[assignment]
    return chain, heard


def asker(chain: QAChain, heard: Overheard, with_variants: bool = True) -> Ask:
    """A function that asks the chain one case; whatever goes wrong with it becomes the case's record."""

    def ask(case: Case) -> Record:
        started = perf_counter()
        try:
            answer = chain.invoke(question_of(case))
            milliseconds = (perf_counter() - started) * 1000
            confidence = heard.confidence()
            others = _variants(chain, case) if with_variants and chosen(case) else ()
        except Exception as error:  # the run goes on: a crash of one case is that case's failure
            milliseconds = (perf_counter() - started) * 1000
            message = f"{type(error).__name__}: {error}"
            return Record(case.id, case.question, "error", milliseconds=milliseconds, error=message)
        record = record_of(case.id, answer, round(milliseconds, 2), others)
        return record if confidence is None else replace(record, confidence=round(confidence, 6))

    return ask


def question_of(case: Case) -> Question:
    """The case as a user would ask it: with the conversation before it, never the rewritten question."""
    return Question(case.question, history=tuple(Turn(turn.question, turn.answer) for turn in case.history))


def _variants(chain: QAChain, case: Case) -> tuple[Variant, ...]:
    found = []
    for name, wording in variants(case.question).items():
        answer = chain.invoke(Question(wording))
        found.append(Variant(name, wording, str(answer.status), tuple(map(cited, answer.quotes))))
    return tuple(found)
