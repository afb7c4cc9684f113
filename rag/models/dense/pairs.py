"""Which texts are drawn together and which apart: a question and a few sentences that answer it (of the public sets, or
written over laws, reports and news), a sentence of news in other words and where it stood.

Everything follows from (seed, step, place), as in ``rag.models.reader.sampling``.

Words are exchanged for others that CC-CEDICT gives the same meaning, so that the encoder learns to find what is said
in other words; the dictionary is rough, and the network is to take it as noise, not as truth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from rag.corpus.mentions import words_of
from rag.models.reader.data import Collection
from rag.models.reader.text import Range, convert, crop, sentences, without
from rag.models.reader.written import Unit, Written, alike, held_out

PLACES = 32
"""Texts asked a step."""
SHORTEST, LONGEST, MOST = 25, 150, 170
"""Characters of a text to be found: the index embeds pieces of sentences and short beginnings."""
QUESTIONS, WRITTEN = 0.6, 0.55
"""Shares of public questions and, where there are any, of written ones before them; the rest are sentences of news."""
TITLED = 0.3
"""Share of written questions' texts that begin with the title of their document, as the first vector of a passage."""
TRADITIONAL, NO_MARK, SAME_PARAGRAPH = 0.4, 0.15, 0.5
REWORDED_QUESTION, REWORDED_NEWS = 0.4, 0.6
"""Shares of texts asked of which words are exchanged; below them the share of their words."""
WORDS_OF_QUESTION, WORDS_OF_NEWS = 0.5, 0.7
MAX_TOKENS = 216
_CLAUSE = re.compile(r"[，,、：]")


@dataclass(frozen=True, slots=True)
class Triple:
    """Token ids of a text asked, of one to be found for it, and of one not to be found."""

    asked: tuple[int, ...]
    right: tuple[int, ...]
    wrong: tuple[int, ...]
    home: int
    """Triples of one home may have texts that answer each other's questions."""

    def __len__(self) -> int:
        return max(len(self.right), len(self.wrong))


class Sampler:
    """Triples by step."""

    def __init__(
        self,
        collection: Collection,
        tokenizer: Tokenizer,
        prompts: tuple[str, str],
        wrong: Sequence[Sequence[int]],
        synonyms: Mapping[str, Sequence[str]],
        seed: int,
        written: tuple[Sequence[Unit], Sequence[Written]] = ((), ()),
    ) -> None:
        self._all, self._tokenizer, self._wrong = collection, tokenizer, wrong
        self._asked, self._told = prompts
        self._synonyms, self._seed = synonyms, seed
        self._units = written[0]
        self._written = [one for one in written[1] if one.evidence and not held_out(written[0][one.unit].id)]
        self._alike = alike(self._units, self._written) if self._written else []
        tokenizer.enable_truncation(MAX_TOKENS)

    def step(self, step: int) -> list[Triple]:
        """The triples of one step, longest first."""
        return sorted((self._item(step, place) for place in range(PLACES)), key=len, reverse=True)

    def _item(self, step: int, place: int) -> Triple:
        random = np.random.default_rng([self._seed, step, place])
        if self._written and random.random() < WRITTEN:
            asked, right, wrong, home = self._own(random)
        else:
            asked, right, wrong, home = self._question(random) if random.random() < QUESTIONS else self._news(random)
        texts = (self._asked + asked, self._told + right[:MOST], self._told + wrong[:MOST])
        ids = [tuple(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        return Triple(ids[0], ids[1], ids[2], home)

    def _question(self, random: np.random.Generator) -> tuple[str, str, str, int]:
        """A question, sentences with its answer, and some of its paragraph or of a similar one without."""
        number = int(random.integers(len(self._all.train)))
        question = self._all.train[number]
        script = int(random.random() < TRADITIONAL)
        text = self._all.passages[question.passage].texts[script]
        asked = question.texts[script]
        if random.random() < NO_MARK:
            asked = asked.rstrip("？?。 ")
        if random.random() < REWORDED_QUESTION:
            asked = reword(convert(asked, "t2s"), self._synonyms, WORDS_OF_QUESTION, random)
        rest = without(text, text[question.start : question.end])
        if len(rest) < SHORTEST or random.random() >= SAME_PARAGRAPH:
            rest = self._all.passages[int(random.choice(np.asarray(self._wrong[number])))].texts[script]
        right = _part(text, (question.start, question.end), random)
        return asked, right, _part(rest, _any(sentences(rest), random), random), question.passage

    def _own(self, random: np.random.Generator) -> tuple[str, str, str, int]:
        """A written question, a part of its unit with evidence, and one without or of a unit that shares its words."""
        number = int(random.integers(len(self._written)))
        one = self._written[number]
        unit = self._units[one.unit]
        script = int(random.random() < TRADITIONAL / 2)
        text, asked = unit.texts[script], one.texts[script]
        if random.random() < NO_MARK:
            asked = asked.rstrip("？?。 ")
        other = unit
        rest = "".join(text[a:b] for a, b in sentences(text) if not any(a < e and s < b for s, e in one.evidence))
        if len(rest) < SHORTEST or random.random() >= SAME_PARAGRAPH:
            other = self._units[int(random.choice(np.asarray(self._alike[number])))]
            rest = other.texts[script]
        right = _part(text, one.evidence[int(random.integers(len(one.evidence)))], random)
        wrong = _part(rest, _any(sentences(rest), random), random)
        if random.random() < TITLED:
            right, wrong = f"{unit.titles[script]}\n{right}".strip(), f"{other.titles[script]}\n{wrong}".strip()
        return asked, right, wrong, len(self._all.passages) + one.unit

    def _news(self, random: np.random.Generator) -> tuple[str, str, str, int]:
        """A sentence or clause of news, and the text around it: with it when it was reworded, else without."""
        while True:
            row = int(random.integers(len(self._all.news)))
            text = self._all.news[row]
            begin, end = _any(sentences(text), random)
            asked = text[begin:end].strip("。！？!?；; \n")
            if 12 <= len(asked) <= 80 and end - begin < len(text):
                break
        clauses = [clause for clause in _CLAUSE.split(asked) if len(clause) >= 8]
        if clauses and random.random() < 0.5:
            asked = clauses[int(random.integers(len(clauses)))]
        if random.random() < REWORDED_NEWS:
            asked, right = reword(asked, self._synonyms, WORDS_OF_NEWS, random), _part(text, (begin, end), random)
        else:
            rest = text[:begin] + text[end:]
            right = _part(rest, (max(0, begin - 1), min(len(rest), begin + 1)), random)
        other = self._all.news[(row + 1) % len(self._all.news)]
        return asked, right, _part(other, _any(sentences(other), random), random), -1 - row


def reword(text: str, synonyms: Mapping[str, Sequence[str]], share: float, random: np.random.Generator) -> str:
    """``text`` with about ``share`` of those words exchanged that have others of the same meaning."""
    said = []
    for word, _ in words_of(text):
        others = synonyms.get(word)
        said.append(others[int(random.integers(len(others)))] if others and random.random() < share else word)
    return "".join(said)


def _part(text: str, inner: Range, random: np.random.Generator) -> str:
    length = int(np.exp(random.uniform(np.log(SHORTEST), np.log(LONGEST))))
    begin, end = crop(text, inner, length, random)
    return text[begin:end]


def _any(ranges: Sequence[Range], random: np.random.Generator) -> Range:
    return ranges[int(random.integers(len(ranges)))]
