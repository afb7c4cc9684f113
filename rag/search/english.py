"""An English question → the Chinese words that the documents may use for it, by dictionary (CC-CEDICT) and pinyin.

The embedded model understands English only roughly, and no English word stands in the documents. So the question takes
along what its phrases are called in Chinese, as far as those words occur in the documents: dictionary-based
cross-language retrieval (Ballesteros and Croft 1997; Pirkola 1998). What it says is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate

from rag.corpus.mentions import CITIES
from rag.index.library import Library
from rag.search.cedict import LONGEST, STOP, WORD, meanings, spelt, stem, stems, syllables
from rag.search.wording import is_english

MEANINGS = 3
"""Chinese words taken for one phrase, the most frequent in the documents first."""
MOST_WORDS = 60
"""Words of a question that are looked up; a pasted page has said by then what it is about."""
HEARD = 1_000_000
"""Characters of the documents that are compared with names by sound; about 0.2 s."""
_NAMES = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
_NUMBERS = dict(
    zip(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), "两三四五六七八九十", strict=True)
)


def with_chinese(question: str, library: Library) -> str:
    """An English question with the Chinese words for it behind; any other as it is."""
    if not is_english(question):
        return question
    names = heard_names(question, (passage.text for passage in library.passages()))
    return " ".join((question, *names, *chinese_words(question, library.lexical.frequency)))


def chinese_words(question: str, frequency: Callable[[str], int]) -> list[str]:
    """Places in an English ``question``, then what its phrases may be called in Chinese, in its order.

    ``frequency`` says in how many passages a Chinese word may stand (0: nowhere). A city that no document names is
    given too: it matters that it is missing.
    """
    words = WORD.findall(question.lower().replace("'s ", " "))[:MOST_WORDS]
    found = [word for word in spelt(words) if frequency(word) or CITIES.fullmatch(word)]
    dictionary = meanings(words)
    at = 0
    while at < len(words):
        number = _NUMBERS.get(words[at])
        size, taken = (1, (f"{number}个",)) if number else _longest(words, at, dictionary, frequency)
        found += taken
        at += size
    return list(dict.fromkeys(found))


def heard_names(question: str, texts: Iterable[str]) -> list[str]:
    """Characters of ``texts`` that sound like a name in an English ``question``: Fengqiao → 枫桥.

    Only two to four characters whose syllables are the whole name; ``HEARD`` characters of the texts are looked at.
    """
    groups = [group.lower() for group in _NAMES.findall(question)]
    parts = [*("".join(group.split()) for group in groups), *(word for group in groups for word in group.split())]
    wanted = [name for name in dict.fromkeys(parts) if len(name) >= 5]
    found: dict[str, None] = {}
    left = HEARD if wanted else 0
    for text in texts:
        if (left := left - len(text)) < 0:
            break
        sounds = _sounds(text)
        whole, ends = "".join(sounds), list(accumulate(map(len, sounds)))
        starts = {end - len(part): at for at, (end, part) in enumerate(zip(ends, sounds, strict=True)) if part}
        stops = {end: at + 1 for at, end in enumerate(ends) if sounds[at]}
        for name in wanted:
            at = whole.find(name)
            if at in starts and at + len(name) in stops and 2 <= stops[at + len(name)] - starts[at] <= 4:
                found[text[starts[at] : stops[at + len(name)]]] = None
    return [name for name in found if not any(name != other and name in other for other in found)]


def unknown_names(question: str, text: str, frequency: Callable[[str], int]) -> list[str]:
    """Names in an English ``question`` that ``text`` has neither in Latin letters nor, in Chinese.

    A name is what has a capital letter and does not begin a sentence.
    """
    names = [word for group in _NAMES.findall(question) for word in group.split() if len(word) > 2]
    if not names:
        return []
    sounds = [spell(text, reading) for reading in range(2)]
    dictionary = meanings([name.lower() for name in names])
    glossed = {phrase[0] for phrase, known in dictionary.items() if any(map(frequency, known))}
    latin = text.lower()
    return [
        name
        for name in names
        if stem(name.lower()) not in glossed
        and name.lower() not in latin
        and not any(name.lower() in sound for sound in sounds)
    ]


def spell(text: str, reading: int = 0) -> str:
    """The pinyin of Chinese characters, run together, without tones; ``reading`` 1 takes the second where there is one.

    >>> spell("徐留平，你好")
    'xuliupingnihao'
    """
    return "".join(_sounds(text, reading))


def _sounds(text: str, reading: int = 0) -> list[str]:
    """The syllable of each character, "" where it has none."""
    known = (syllables().get(character) or ("",) for character in text)
    return [choices[min(reading, len(choices) - 1)] for choices in known]


def _longest(
    words: Sequence[str], at: int, dictionary: Mapping[tuple[str, ...], Sequence[str]], frequency: Callable[[str], int]
) -> tuple[int, Sequence[str]]:
    """Words used from ``at``, and what they mean: the longest phrase of the dictionary that the documents can hold.

    When they hold none, its first meaning all the same: what is asked and nowhere mentioned must weigh.
    """
    missing: Sequence[str] = ()
    for size in range(min(LONGEST, len(words) - at), 0, -1):
        phrase = words[at : at + size]
        if phrase[0] in STOP or phrase[-1] in STOP:
            continue
        known = dictionary.get(stems(phrase), [])
        if occurring := [word for word in known if frequency(word)]:
            return size, sorted(occurring, key=lambda word: (-frequency(word), word))[:MEANINGS]
        missing = missing or known[:1]
    return 1, missing
