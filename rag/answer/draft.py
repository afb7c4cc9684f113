"""An Answer that grows sentence by sentence: text, numbered quotations, and what the check found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answer.cite import CitationError, Originals, verify
from rag.answer.language import Language, in_script, say
from rag.answer.markers import strip
from rag.answer.prepared import Evidence
from rag.answer.quoting import make_quote
from rag.answer.support import Cite, Judgement
from rag.corpus.fold import fold
from rag.types import Answer, Quote, Sentence, Status, Verdict

DECLINED = "declined"
"""The ``why`` of a sentence in which the model says that it finds no answer."""

_STOP = re.compile(r"[。！？!?.；;]?[”’」』）)]?\s*$")
_QUOTED = re.compile(r"“[^”]{2,}”|「[^」]{2,}」|\"[^\"]{2,}\"")
_MARKDOWN = re.compile(r"\*\*|__|`|^#{1,6}\s*", re.MULTILINE)


@dataclass(slots=True)
class Draft:
    """Collects judged sentences; ``answer()`` is what may be shown so far."""

    base: Answer
    language: Language
    text: str = ""
    quotes: dict[tuple[str, int, int], Quote] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def shown(self) -> bool:
        """Whether any sentence has passed."""
        return bool(self.text)

    def add(self, written: str, judgement: Judgement, evidence: Sequence[Evidence], library: Originals) -> bool:
        """Take in one sentence; True when it is shown."""
        plain = _MARKDOWN.sub("", strip(written))
        numbered = [n for cite in judgement.cites if (n := self._number(cite, evidence, library))]
        if judgement.verdict is Verdict.REMOVED or not numbered:
            self.sentences.append(Sentence(plain.strip(), Verdict.REMOVED, judgement.why or "引文未能与原文核对上"))
            return False
        words = _in_original_glyphs(in_script(plain, self.language), [evidence[c.passage] for c in judgement.cites])
        marked = words.rstrip() + "".join(f"[{n}]" for n in dict.fromkeys(numbered))
        self.sentences.append(Sentence(marked.strip(), judgement.verdict, judgement.why))
        gap = " " if self.language is Language.ENGLISH and self.text and not marked[:1].isspace() else ""
        self.text = (self.text + gap + marked) if self.text else marked.lstrip()
        return True

    def answer(self) -> Answer:
        """What has passed so far."""
        return replace(
            self.base,
            text=self.text,
            quotes=tuple(self.quotes.values()),
            status=Status.ANSWERED,
            sentences=tuple(self.sentences),
        )

    def finished(self, notes: Sequence[str]) -> Answer:
        """The whole answer, with ``notes`` and what was removed as its reason."""
        removed = [s for s in self.sentences if s.verdict is Verdict.REMOVED and s.why != DECLINED]
        if self.text:
            reason = _join([*notes, *self._remarks(len(removed))])
            return replace(self.answer(), reason=reason)
        if removed or not self.sentences:
            said = (
                [say("nothing_left", self.language, count=len(removed))] if removed else [say("empty", self.language)]
            )
            status = Status.FAILED_CHECK
        else:
            said, status = [say("declined", self.language)], Status.NO_EVIDENCE
        return replace(self.base, status=status, reason=_join([*notes, *said]), sentences=tuple(self.sentences))

    def _remarks(self, removed: int) -> Iterator[str]:
        if removed:
            yield say("removed", self.language, count=removed)
        if self.language is Language.ENGLISH and any(s.verdict is Verdict.SUPPORTED for s in self.sentences):
            yield say("meaning_only", self.language)

    def _number(self, cite: Cite, evidence: Sequence[Evidence], library: Originals) -> int:
        """The number of the quotation at ``cite``, a new one if need be; 0 when it does not verify."""
        passage = evidence[cite.passage].passage
        text = passage.text[cite.start : cite.end]
        start = cite.start + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        key = (passage.id, start, end)
        if key not in self.quotes:
            clean = library.clean(passage.source_id)
            score = next((hit.score for hit in self.base.hits if hit.passage.id == passage.id), 0.0)
            quote = make_quote(passage, clean, start, end, score)
            try:
                verify(quote, clean)
            except CitationError:
                return 0
            self.quotes[key] = quote
        return list(self.quotes).index(key) + 1


def _in_original_glyphs(text: str, evidence: Sequence[Evidence]) -> str:
    """``text`` with what it quotes from the passages, or all of it when it stands there, in their own characters."""
    whole = text.strip()
    if (printed := _printed(whole, evidence)) is not None:
        return text.replace(whole, printed)
    return _QUOTED.sub(lambda m: m[0][0] + (_printed(m[0][1:-1], evidence) or m[0][1:-1]) + m[0][-1], text)


def _printed(words: str, evidence: Sequence[Evidence]) -> str | None:
    wanted = fold(words)
    for e in evidence:
        at = fold(e.passage.text).find(wanted)
        if wanted and at >= 0:
            return e.passage.text[at : at + len(wanted)]
    return None


def _join(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part)
