"""Which pair of inputs each place of each step sees. Everything follows from (seed, step, place): any process can
build any item, and training resumes anywhere without remembering more than the step.

Every pair is a question with a passage that answers it and one that does not. The first steps may be cloze questions
made from recurring spans (after Splinter, Ram et al. 2021, and Lewis et al. 2019), which need no labels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.models.reader.data import Collection, Question
from rag.models.reader.encoding import Encoded, Encoder
from rag.models.reader.parts import with_parts
from rag.models.reader.text import Range, convert, crop, overlap, sentences, without

PLACES = 16
"""Questions a step."""
CROPPED, SHORTEST, LONGEST, WHOLE = 0.6, 80, 320, 480
"""Share of passages cropped, to between so many characters; the others keep at most ``WHOLE``."""
NO_MARK, OTHER_SCRIPT = 0.15, 0.05
UNANSWERED, NEWS = 0.2, 0.3
"""Below the first: the gold passage without its answer; from there to the second: a chunk of news; else a wrong one."""
OFTEN = {"cmrc-trial": 3}
"""Questions of these sets are asked so many times an epoch: CMRC's phrases and reasons are few among DRCD's names."""
_SPAN = re.compile(r"[㐀-䶿一-鿿A-Za-z0-9·%％.]{2,}")
_WEAK = frozenset("的了是在和与及或等也都就而对为以于从到将把被有这那其该个们并但不之着过上下中时后前里 0.·%")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a passage that answers it, and with one that does not."""

    right: Encoded
    wrong: Encoded

    def __len__(self) -> int:
        return max(len(self.right.ids), len(self.wrong.ids))


class Sampler:
    """Training pairs by step and place."""

    def __init__(
        self,
        collection: Collection,
        encoder: Encoder,
        wrong: Sequence[Sequence[int]],
        news: Sequence[Sequence[int]],
        seed: int,
        cloze_steps: int = 0,
    ) -> None:
        if not len(collection.train) == len(wrong) == len(news):
            raise ValueError(f"{len(collection.train)} questions, negatives for {len(wrong)} and {len(news)}")
        self._all, self._encode, self._seed, self._cloze_steps = collection, encoder, seed, cloze_steps
        self._wrong, self._news = wrong, news
        times = [OFTEN.get(question.source, 1) for question in collection.train]
        self._rows = np.repeat(np.arange(len(times)), times)
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def step(self, step: int) -> list[Pair]:
        """The pairs of one step, longest first."""
        return sorted((self.item(step, place) for place in range(PLACES)), key=len, reverse=True)

    def item(self, step: int, place: int) -> Pair:
        """One pair with a labelled answer."""
        for attempt in range(100):
            random = np.random.default_rng([self._seed, step, place, attempt])
            cloze = step < self._cloze_steps
            pair = self._cloze(random) if cloze else self._question(step, place, random)
            if pair and pair.right.label:
                return pair
        raise ValueError(f"no trainable pair at step {step}, place {place}")

    def _question(self, step: int, place: int, random: np.random.Generator) -> Pair:
        epoch, at = divmod((step - self._cloze_steps) * PLACES + place, len(self._rows))
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, epoch]).permutation(self._rows)
        number = int(self._order[at])
        question = self._all.train[number]
        script = int(random.random() < 0.5)
        asked = question.texts[1 - script if random.random() < OTHER_SCRIPT else script]
        if random.random() < NO_MARK:
            asked = asked.rstrip("？?。 ")
        text = self._all.passages[question.passage].texts[script]
        begin, end = self._cut(text, (question.start, question.end), random)
        answer = (question.start - begin, question.end - begin)
        wrong = self._wrong_text(number, question, script, end - begin, random)
        shown = text[begin:end]
        return Pair(
            with_parts(self._encode(asked, shown, answer), shown, [answer]),
            with_parts(self._encode(asked, wrong), wrong, []),
        )

    def _cut(self, text: str, inner: Range, random: np.random.Generator) -> Range:
        cropped = random.random() < CROPPED
        length = int(random.integers(SHORTEST, LONGEST)) if cropped else WHOLE
        return crop(text, inner, length, random) if len(text) > length else (0, len(text))

    def _wrong_text(
        self, number: int, question: Question, script: int, length: int, random: np.random.Generator
    ) -> str:
        kind = random.random()
        if kind < UNANSWERED:
            text = self._all.passages[question.passage].texts[script]
            left = without(text, text[question.start : question.end])
            if len(left) >= SHORTEST // 2:
                return self._shorten(left, question.texts[script], length, random)
        if kind < NEWS and len(self._news[number]):
            chunk = self._all.news[int(random.choice(np.asarray(self._news[number])))]
            text = convert(chunk, "s2tw") if script else chunk
        else:
            text = self._all.passages[int(random.choice(np.asarray(self._wrong[number])))].texts[script]
        return self._shorten(text, question.texts[script], length, random)

    def _shorten(self, text: str, asked: str, length: int, random: np.random.Generator) -> str:
        """About ``length`` characters around the sentence most like the question, or around any."""
        length = max(length, SHORTEST)
        if len(text) <= length:
            return text
        parts = sentences(text)
        likest = int(np.argmax(overlap(text, asked))) if random.random() < 0.6 else int(random.integers(len(parts)))
        begin, end = crop(text, parts[likest], length, random)
        return text[begin : min(end, begin + max(length, WHOLE))]

    def _cloze(self, random: np.random.Generator) -> Pair | None:
        """A sentence with a blank is the question; the rest of its chunk, which has the missing span, the passage."""
        if random.random() < 0.25:
            passage = self._all.passages[int(random.integers(len(self._all.passages)))]
            text = passage.texts[0][:LONGEST]
        else:
            text = self._all.news[int(random.integers(len(self._all.news)))]
        found = recurring(text)
        if not found:
            return None
        span, (begin, end) = found[int(random.integers(len(found)))]
        asked = text[begin:end].strip("。！？!?；; \n")
        at = asked.find(span)
        if at < 0:
            return None
        blank = "多少" if span[0].isdigit() else "什么"
        room = 60 - len(span)
        left = max(0, at - int(random.integers(room // 3, room)))
        asked = asked[left:at] + blank + asked[at + len(span) :][: max(0, left + room - at)] + "？"
        passage_text = text[:begin] + text[end:]
        left_over = without(passage_text, span)
        if random.random() < 0.5 and len(left_over) > SHORTEST // 2:
            wrong = left_over
        else:
            wrong = self._all.news[int(random.integers(len(self._all.news)))]
        if random.random() < 0.5:
            asked, span, passage_text, wrong = (convert(t, "s2tw") for t in (asked, span, passage_text, wrong))
        start = passage_text.find(span)
        if start < 0 or span in wrong:
            return None
        return Pair(
            self._encode(asked, passage_text, (start, start + len(span))), self._encode(asked, wrong[: len(text)])
        )


def recurring(text: str) -> list[tuple[str, Range]]:
    """Spans of 2 to 10 characters that stand in two different sentences, once in each, with one of the sentences.

    Only the longest are kept; spans that begin or end with a function word are no answers.
    """
    parts = [part for part in sentences(text) if 12 <= part[1] - part[0] <= 120]
    places: defaultdict[str, set[int]] = defaultdict(set)
    twice: set[str] = set()
    for number, (begin, end) in enumerate(parts):
        inside: set[str] = set()
        for match in _SPAN.finditer(text, begin, end):
            run = match.group()
            for size in range(2, min(10, len(run)) + 1):
                for at in range(len(run) - size + 1):
                    span = run[at : at + size]
                    if span[0] not in _WEAK and span[-1] not in _WEAK:
                        (twice if span in inside else inside).add(span)
        for span in inside:
            places[span].add(number)
    shared = {s for s, where in places.items() if len(where) == 2 and s not in twice and text.count(s) == 2}
    longest = [s for s in shared if not any(s != other and s in other for other in shared)]
    return [(span, parts[number]) for span in sorted(longest) for number in sorted(places[span])]
