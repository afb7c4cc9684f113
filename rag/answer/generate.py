"""Passages → an Answer written by a chat model, sentence by sentence, each shown only after the check.

    model   = open_model(settings)
    prompt  = build_prompt(question, passages, ...)
    for sentence in sentences of model.stream(prompt): judge it; show it with its quotations, or say why not

Whatever goes wrong with the model, the extractive answer is given instead and the reason says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from time import monotonic

from rag.answer.cite import Originals
from rag.answer.draft import DECLINED, Draft
from rag.answer.language import Language, in_script, language_of, say
from rag.answer.markers import numbers
from rag.answer.model import ChatModel, ModelError, UnreachableError, open_model
from rag.answer.prepared import Evidence, prepare, squeeze
from rag.answer.prompt import build_prompt, build_rewrite
from rag.answer.splitter import Splitter
from rag.answer.support import Judgement, Nearness, judge
from rag.index.embed import Encoder
from rag.search.followup import depends, rewrite
from rag.settings import Settings
from rag.types import Answer, Passage, Question, Verdict

LONGEST = 6000
"""Characters after which a model's answer is stopped."""
SLOWEST = 5.0
"""Times the model's time-out that a whole answer may take."""
DOWN_SECONDS = 15.0
"""How long an unreachable server is not asked again."""

_DECLINED = re.compile(
    "资料中没有(?:答案|相关)|(?:无法|不能)(?:从资料中|根据资料)?回答|documents? do(?:es)? not answer", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence as the model wrote it, and what the check says of it."""

    text: str
    judgement: Judgement


@dataclass(slots=True)
class Writer:
    """Answers with the chat model of ``settings``; opens it when first needed and keeps it open."""

    settings: Settings
    library: Originals
    encoder: Encoder
    _model: ChatModel | None = field(default=None, init=False)
    _down: tuple[float, str] = field(default=(0.0, ""), init=False)
    """Until when the server is taken for unreachable, and what was said of it."""

    @property
    def name(self) -> str:
        """How the engine is named on an answer."""
        return self.settings.model

    def stand_alone(self, question: Question) -> str:
        """The question with what it leaves unsaid put in, by the model; by the rules when it cannot."""
        if not question.history or not depends(question):
            return rewrite(question).text
        try:
            with closing(self._open().stream(build_rewrite(question))) as pieces:
                said = _bounded("".join(_until(pieces, 400)))
        except ModelError as problem:
            self._remember(problem)
            said = ""
        return said if _is_rewrite(said, question) else rewrite(question).text

    def write(
        self, answer: Answer, question: str, passages: Sequence[Passage], extractive: Callable[[], Iterable[Answer]]
    ) -> Iterator[Answer]:
        """Growing answers to ``question`` (standing alone) from ``passages``, best first.

        ``answer`` is what is known already (hits, timings); ``extractive`` makes the answers that are given when the
        model cannot be used. Closing this iterator closes the connection to the model.
        """
        language = language_of(answer.question)
        draft = Draft(replace(answer, engine=self.name), language)
        notes: list[str] = []
        try:
            model = self._open()
            prompt = build_prompt(question, passages, language, model.context - self.settings.answer_tokens)
            if prompt.dropped:
                notes.append(say("dropped", language, tokens=model.context, count=prompt.dropped))
            evidence = [prepare(passage) for passage in prompt.passages]
            stop_at = monotonic() + SLOWEST * self.settings.model_timeout
            with closing(model.stream(prompt.messages)) as pieces, closing(
                check_stream(_before(pieces, stop_at), evidence, nearness(self.encoder))
            ) as checked:  # fmt: skip
                for sentence in checked:
                    if draft.add(sentence.text, sentence.judgement, evidence, self.library):
                        yield draft.answer()
        except TooLongError:
            notes.append(say("too_long", language))
        except ModelError as problem:
            self._remember(problem)
            if not draft.shown:
                reason = say("fallback", language, problem=in_script(str(problem), language))
                yield from (replace(a, reason=_join(reason, a.reason)) for a in extractive())
                return
            notes.append(say("interrupted", language, problem=in_script(str(problem), language)))
        yield draft.finished(notes)

    def _remember(self, problem: ModelError) -> None:
        if isinstance(problem, UnreachableError) and monotonic() >= self._down[0]:
            self._down = (monotonic() + DOWN_SECONDS, str(problem))

    def _open(self) -> ChatModel:
        until, problem = self._down
        if monotonic() < until:
            raise UnreachableError(problem)
        if self._model is None:
            self._model = open_model(self.settings)
        return self._model


class TooLongError(Exception):
    """The model does not come to an end."""


def check_stream(pieces: Iterable[str], evidence: Sequence[Evidence], near: Nearness) -> Generator[Checked]:
    """The sentences of ``pieces``, judged one by one as they end. Marker [n] means ``evidence[n - 1]``.

    A sentence that was there before is passed over. Raises TooLongError after LONGEST characters.
    """
    splitter, seen, length = Splitter(), set[str](), 0

    def whole() -> Iterator[str]:
        for piece in pieces:
            yield from splitter.feed(piece)
        yield splitter.rest()

    for text in whole():
        length += len(text)
        plain = squeeze(re.sub(r"\W", "", text))
        if plain and plain not in seen and not plain.isdigit():
            seen.add(plain)
            cited = [n - 1 for n in numbers(text) if 1 <= n <= len(evidence)]
            yield Checked(text, _judge(text, cited, evidence, near))
        if length > LONGEST:
            raise TooLongError


def _judge(text: str, cited: Sequence[int], evidence: Sequence[Evidence], near: Nearness) -> Judgement:
    if _DECLINED.search(text):
        return Judgement(Verdict.REMOVED, why=DECLINED)
    return judge(text, cited, evidence, near)


def nearness(encoder: Encoder) -> Nearness:
    """Largest cosine of a sentence with any of some texts, by ``encoder``."""

    def near(sentence: str, texts: Sequence[str]) -> float:
        if not texts:
            return 0.0
        vectors = encoder.encode_queries([sentence, *texts])
        return float((vectors[1:] @ vectors[0]).max())

    return near


def _before(pieces: Iterable[str], deadline: float) -> Iterator[str]:
    for piece in pieces:
        yield piece
        if monotonic() > deadline:
            raise TooLongError


def _until(pieces: Iterable[str], characters: int) -> Iterator[str]:
    for piece in pieces:
        characters -= len(piece)
        if characters < 0:
            return
        yield piece


def _bounded(text: str) -> str:
    return re.sub(r"<think>.*?(?:</think>|$)", "", text, flags=re.DOTALL).strip().strip('“”"').strip()


def _is_rewrite(said: str, question: Question) -> bool:
    """One line, not much longer than a question, in the question's language, with no number out of nowhere."""
    known = squeeze(" ".join([question.text, *(t.question + t.answer for t in question.history)]))
    return (
        0 < len(said) <= 200
        and "\n" not in said
        and all(n in known for n in re.findall(r"\d+", squeeze(said)))
        and (language_of(said) is Language.ENGLISH) == (language_of(question.text) is Language.ENGLISH)
    )


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
