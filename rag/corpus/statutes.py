"""Laws, regulations, judicial interpretations: a text of numbered articles (第一条 …) is read article by article.

    第十七条 劳动合同应当具备以下条款：
    （一）用人单位的名称、住所……；

An article with its paragraphs and items is one passage under its 编, 章 and 节; one that is too long is cut between its
paragraphs and items, and its later parts stand under its beginning. What is above the first article is its head:
title, and the lines that say when it was passed and changed.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.corpus.numerals import chinese_value
from rag.corpus.spans import Range, clean_spans
from rag.corpus.split import LONGEST, passage_id, pieces
from rag.types import Article, CleanText, OutlineItem, Passage, PassageKind, Reading, Source, Span

_NUMBER = r"[〇零一二三四五六七八九十百千两]{1,9}|\d{1,4}"
_ARTICLE = re.compile(rf"第({_NUMBER})条(之[一二三四五六七八九十]{{1,2}})?(?=[\s\u3000:：【（(]|$)")
_DIVISION = re.compile(rf"第(?:{_NUMBER})(分编|编|章|节)(?=[\s\u3000]|$)|附\s*则$")
_ITEM = re.compile(r"[（(]([一二三四五六七八九十]{1,3})[)）]")
_COMMENT = re.compile(r"<!--.*?-->$")
_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_NAMED_DATE = re.compile(r"[（(](\d{4}-\d{2}-\d{2})[)）]")
_DEPTH = {"编": 0, "分编": 1, "章": 2, "节": 3}
LEAST, FOLLOWING, SHARE = 3, 0.8, 0.5
"""A text is read so when at least so many articles, this share of them numbered one after the other, hold this share of
its characters."""
LEAD = 60
"""Characters of an article's first line that stand above its later parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the clean text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A run of lines and what it is: an article with its items, a division's heading, or a line of the head."""

    lines: tuple[Line, ...]
    number: float = 0
    """Of the article; 0 for all else. 第十七条之一 is 17.01."""
    depth: int = -1
    """Of a division's heading: 编 0, 分编 1, 章 2, 节 3."""

    @property
    def range(self) -> Range:
        """From the first line's first character to the last one's last."""
        return self.lines[0].start, self.lines[-1].end


def lines_of(text: str) -> list[Line]:
    """The lines of a clean text that hold anything."""
    return [Line(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]


def statute(text: CleanText) -> list[Part] | None:
    """The parts of a text of numbered articles, in order; None when it is none."""
    parts = list(_parts(text.text))
    numbers = [part.number for part in parts if part.number]
    if len(numbers) < LEAST:
        return None
    following = sum(0 < after - before <= 1 for before, after in itertools.pairwise(numbers))
    inside = sum(part.range[1] - part.range[0] for part in parts if part.number)
    whole = following >= FOLLOWING * (len(numbers) - 1) and inside >= SHARE * len(text.text)
    return parts if whole else None


def _parts(text: str) -> Iterator[Part]:
    """Every line belongs to the article above it, but for headings of divisions and what stands above the first."""
    article: list[Line] = []
    number = 0.0
    for line in lines_of(text):
        said = text[line.start : line.end]
        begins, division = _ARTICLE.match(said), _depth(said)
        if (begins or division >= 0) and article:
            yield Part(tuple(article), number)
            article = []
        if begins:
            article, number = [line], _value(begins)
        elif division >= 0:
            yield Part((line,), depth=division)
        elif article:
            article.append(line)
        else:
            yield Part((line,))
    if article:
        yield Part(tuple(article), number)


def _depth(line: str) -> int:
    """How deep the division stands whose heading a line is; -1 for any other line."""
    found = _DIVISION.match(line)
    if found is None or len(line) > LEAD or line.endswith(("。", "；", "，")):
        return -1
    return _DEPTH.get(found[1] or "章", 2)


def _value(found: re.Match[str]) -> float:
    own = int(found[1]) if found[1].isascii() else chinese_value(found[1])
    return own + (chinese_value(found[2][1:]) / 100 if found[2] else 0)


def read_statute(text: CleanText, parts: Sequence[Part], extents: Sequence[Span]) -> Reading:
    """The reading of a text of numbered articles; ``extents`` are the raw places of its lines."""
    source = text.source
    comments = {line for part in parts for line in part.lines if _COMMENT.match(text.text[line.start : line.end])}
    title = source.title or _title(text.text, parts)
    own = tuple(extent for line, extent in zip(lines_of(text.text), extents, strict=True) if line not in comments)
    key = f"{source.id}\n{title}\n0"
    article = Article(_digest(key), source.id, title, spans=_merged(own))
    date = source.date or _date(source, text.text, parts)
    read = list(_passages(text, article, parts, comments, date))
    furniture = tuple(sorted(_rest(source, own), key=lambda span: span.start))
    items = list(_items(text, article.id, parts))
    return Reading(text, (article,), tuple(read), tuple(items), text.repairs, furniture)


def _passages(
    text: CleanText, article: Article, parts: Sequence[Part], comments: set[Line], date: str
) -> Iterator[Passage]:
    seen: Counter[str] = Counter()
    ordinal = 0
    path: list[tuple[int, str]] = []
    for part in parts:
        if part.lines[0] in comments:
            continue
        start, end = part.range
        said = text.text[start:end]
        first_line = text.text[part.lines[0].start : part.lines[0].end]
        above = tuple(name for _, name in path)
        if part.depth >= 0:
            path = [one for one in path if one[0] < part.depth]
            above, path = tuple(name for _, name in path), [*path, (part.depth, said)]
        heads = part.depth >= 0 or (not part.number and said == article.title)
        for begin, stop in _cuts(text.text, part):
            words = text.text[begin:stop]
            seen[words] += 1
            lead = (_lead(first_line),) if begin > start else ()
            yield Passage(
                id=passage_id(words, seen[words]),
                article_id=article.id,
                source_id=article.source_id,
                ordinal=ordinal,
                text=words,
                spans=clean_spans(text, [(begin, stop)]),
                title=article.title,
                headings=(*above, *lead),
                publication=text.source.publication,
                date=date,
                kind=PassageKind.TITLE if heads else PassageKind.PARAGRAPH,
            )
            ordinal += 1


def _cuts(text: str, part: Part) -> Iterator[Range]:
    """The part whole, or, when it is too long, runs of its lines; a line that is too long alone is cut at sentences."""
    start, end = part.range
    if end - start <= LONGEST * 5 // 4:
        yield start, end
        return
    run: list[Line] = []
    for line in part.lines:
        if run and line.end - run[0].start > LONGEST:
            yield run[0].start, run[-1].end
            run = []
        if line.end - line.start > LONGEST * 5 // 4:
            if run:
                yield run[0].start, run[-1].end
                run = []
            yield from ((line.start + a, line.start + b) for a, b in pieces(text[line.start : line.end]))
        else:
            run.append(line)
    if run:
        yield run[0].start, run[-1].end


def _lead(line: str) -> str:
    """The beginning of an article, to stand above its later parts: 第十七条 劳动合同应当具备以下条款：."""
    return line if len(line) <= LEAD else f"{line[:LEAD]}…"


def _items(text: CleanText, article_id: str, parts: Sequence[Part]) -> Iterator[OutlineItem]:
    """Articles that have （一）（二） items, each a list of its own, and below them the items."""
    ordinal = 0
    for part in parts if any(part.number for part in parts) else ():
        marked = [line for line in part.lines if _ITEM.match(text.text, line.start, line.end)] if part.number else []
        if len(marked) < 2:
            continue
        parent = _digest(f"{article_id}\n{part.number}\n{part.range[0]}")
        marker = text.text[part.lines[0].start :][: _length(text.text, part.lines[0])]
        yield OutlineItem(parent, article_id, "", ordinal, marker, int(part.number), clean_spans(text, [part.range]))
        ordinal += 1
        ends = [*(line.start - 1 for line in marked[1:]), marked[-1].end]
        for line, end in zip(marked, ends, strict=True):
            found = _ITEM.match(text.text, line.start)
            number = int(chinese_value(found[1])) if found else 0
            yield OutlineItem(
                _digest(f"{parent}\n{line.start}"), article_id, parent, ordinal, found[0] if found else "", number,
                clean_spans(text, [(line.start, end)]),
            )  # fmt: skip
            ordinal += 1


def _length(text: str, line: Line) -> int:
    found = _ARTICLE.match(text[line.start : line.end])
    return found.end() if found else 0


def _title(text: str, parts: Sequence[Part]) -> str:
    """The first line, unless it is an article already."""
    first = parts[0]
    return "" if first.number or first.depth >= 0 else text[first.lines[0].start : first.lines[0].end][: LEAD * 2]


def _date(source: Source, text: str, parts: Sequence[Part]) -> str:
    """The version's date: in brackets in the file's name, else the last one in the head that is not when it begins."""
    if named := _NAMED_DATE.search(source.id):
        return named[1]
    found: list[str] = []
    for part in parts:
        if part.number or part.depth >= 0:
            break
        for line in part.lines:
            said = text[line.start : line.end]
            if "施行" not in said:
                found += [f"{int(y):04}-{int(m):02}-{int(d):02}" for y, m, d in _DATE.findall(said)]
    return max(found, default="")


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    return (Span(spans[0].start, spans[-1].end),) if spans else ()


def _rest(source: Source, own: Sequence[Span]) -> Iterator[Span]:
    """What stands outside the article's one span."""
    for start, end in ((0, own[0].start), (own[-1].end, len(source.raw))) if own else ():
        gap = source.raw[start:end]
        if gap.strip():
            yield Span(start + len(gap) - len(gap.lstrip()), start + len(gap.rstrip()))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
