"""How near a Reading comes to the reading of a careful person. Pure functions; nothing is read or printed here.

Every measure is a count of things a reader of the page could point at, so that scores of several pages add up:

- **articles**: each block (piece of a paragraph, title, byline, ...) filed in the right article. Predicted and true
  articles are paired one to one by the characters they share, most first; precision is over blocks filed in any
  article, recall over all blocks. An invented article, or one that swallows another, costs the blocks it misfiles.
- **attribution**: two facts an article, its author and its author's role; an article without one must say so.
- **order**: of all pairs of pieces of an article's text, those filed in its pair in the right order; mean of articles.
- **stitches**: joins over a line break inside one passage, against the true seams. A join no truth knows is wrong.
- **items**: marked items of lists, found by the character where they begin and by their number.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from eval.truth import APART, Seam, TrueArticle, Truth
from rag.types import Article, OutlineItem, Passage, PassageKind, Reading, Span

NOWHERE = -1
"""Owner of a character that is in no article."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Things found against things owed. An empty question counts as answered: precision and recall are then 1."""

    hits: int = 0
    predicted: int = 0
    owed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.predicted + other.predicted, self.owed + other.owed)

    @property
    def precision(self) -> float:
        """Share of the predicted that is right."""
        return self.hits / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the owed that was found."""
        return self.hits / self.owed if self.owed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 2·hits / (predicted + owed)."""
        return 2 * self.hits / (self.predicted + self.owed) if self.predicted + self.owed else 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``of``; ``right`` may be a sum of fractions. 1 when nothing was asked."""

    right: float = 0.0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.of + other.of)

    @property
    def value(self) -> float:
        """The share as a number."""
        return self.right / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """All measures of one source, or their sum over several; ``faults`` says each miss in words."""

    articles: Tally = Tally()
    titles: Share = Share()
    attribution: Share = Share()
    order: Share = Share()
    successors: Share = Share()
    """Neighbouring pieces of the truth that are neighbours in the reading too: stricter than ``order``."""
    adjacent: Tally = Tally()
    far: Tally = Tally()
    interrupted: Tally = Tally()
    items: Tally = Tally()
    extents: Share = Share()
    """Of the items found that end within running text, those that end where they should."""
    nesting: Share = Share()
    announced: Share = Share()
    """Counts announced for marked lists, found on the item above them."""
    enumerations: Share = Share()
    """Counts announced for unmarked things: a bonus, no bar."""
    faults: tuple[str, ...] = ()

    @property
    def stitches(self) -> Tally:
        """Adjacent and far seams together."""
        return self.adjacent + self.far

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def score(truth: Truth, reading: Reading) -> Score:
    """All measures of one reading."""
    layout = _Layout.of(truth, reading)
    articles, misfiled = article_tally(truth, layout)
    titles, attribution, misnamed = facts(truth, layout)
    order, successors, shuffled = order_shares(truth, layout)
    adjacent, far, missewn = stitch_tallies(truth.seams(), reading)
    interrupted, unmarked = interrupted_tally(truth, reading)
    items = item_scores(truth, reading)
    return Score(
        articles=articles,
        titles=titles,
        attribution=attribution,
        order=order,
        successors=successors,
        adjacent=adjacent,
        far=far,
        interrupted=interrupted,
        items=items.items,
        extents=items.extents,
        nesting=items.nesting,
        announced=items.announced,
        enumerations=items.enumerations,
        faults=(*misfiled, *misnamed, *shuffled, *missewn, *unmarked, *items.faults),
    )


# --- articles -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the reading put every character, and which predicted article stands for which true one."""

    raw: str
    predicted: tuple[Article, ...]
    owner: list[int]
    """Article of each character of the original, NOWHERE for none."""
    place: list[int]
    """Its position in that article's reading order."""
    paired: dict[str, int]
    """True article id -> index of the predicted article that stands for it."""

    @classmethod
    def of(cls, truth: Truth, reading: Reading) -> _Layout:
        raw = reading.clean.source.raw
        owner, place = [NOWHERE] * len(raw), [0] * len(raw)
        for index, article in enumerate(reading.articles):
            for position, at in enumerate(_characters(article.spans)):
                owner[at], place[at] = index, position
        shared: Counter[tuple[str, int]] = Counter()
        for true in truth.articles:
            inside = _characters(span for block in true.blocks for span in block.spans)
            shared.update((true.id, owner[at]) for at in inside if owner[at] != NOWHERE and not raw[at].isspace())
        paired: dict[str, int] = {}
        for (name, index), _ in shared.most_common():
            if name not in paired and index not in paired.values():
                paired[name] = index
        return cls(raw, reading.articles, owner, place, paired)

    def home(self, span: Span) -> int:
        """The article that holds most of the span, NOWHERE when most of it is in none."""
        counts = Counter(self.owner[at] for at in range(span.start, span.end) if not self.raw[at].isspace())
        return counts.most_common(1)[0][0]

    def words(self, span: Span) -> str:
        """A span as a fault is told: its first and last words."""
        text = self.raw[span.start : span.end]
        return text if len(text) <= 20 else f"{text[:9]}…{text[-9:]}"

    def title(self, index: int) -> str:
        """Name of a predicted article for a fault."""
        if index == NOWHERE:
            return "no article"
        stands_for = [name for name, paired in self.paired.items() if paired == index] or ["none"]
        return f"“{self.predicted[index].title or index}”, which stands for {stands_for[0]}"


def _characters(spans: Iterable[Span]) -> Iterator[int]:
    for span in spans:
        yield from range(span.start, span.end)


def article_tally(truth: Truth, layout: _Layout) -> tuple[Tally, list[str]]:
    """Blocks filed in the right article. Column names, marks and series headings owe nothing but may be misfiled."""
    hits = predicted = owed = 0
    faults = []
    units = [
        (span, {true.id}, block.kind in APART)
        for true in truth.articles
        for block in true.blocks
        for span in block.spans
    ]
    units += [(span, set(series.over), True) for series in truth.series for span in series.spans]
    for span, rights, optional in units:
        home = layout.home(span)
        right = home in {layout.paired.get(name) for name in rights}
        if optional and (right or home == NOWHERE):
            continue
        owed += not optional
        predicted += home != NOWHERE
        hits += right
        if not right:
            where = layout.title(home)
            faults.append(f"article: “{layout.words(span)}” belongs to {'/'.join(sorted(rights))}, is in {where}")
    return Tally(hits, predicted, owed), faults


def facts(truth: Truth, layout: _Layout) -> tuple[Share, Share, list[str]]:
    """Titles (where one is printed), and author and role of every article."""
    titles = attribution = Share()
    faults = []
    for true in truth.articles:
        index = layout.paired.get(true.id)
        if index is None:
            attribution += Share(0, 2)
            titles += Share(0, int(bool(true.titles[0])))
            faults.append(f"no article stands for {true.id}: its title, author and role are missing")
            continue
        found = layout.predicted[index]
        asked = [
            ("author", authors_agree(true, found.author), found.author),
            ("role", role_agrees(true, found.author_role), found.author_role),
        ]
        if true.titles[0]:
            right = plain(found.title) in {plain(title) for title in true.titles}
            titles += Share(right, 1)
            faults += [] if right else [f"title of {true.id}: “{found.title}” for “{true.titles[0]}”"]
        for name, right, said in asked:
            attribution += Share(right, 1)
            expected = "、".join(sorted(true.author_sets[0])) if name == "author" else true.roles[0]
            faults += [] if right else [f"{name} of {true.id}: “{said}” for “{expected}”"]
    return titles, attribution, faults


def plain(text: str) -> str:
    """Without blanks, and with one width of punctuation: "保持 工会!" -> "保持工会!"."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def authors_agree(true: TrueArticle, author: str) -> bool:
    """Whether the names, joined by 、, are one of the sets that may be named. "马 璐" is 马璐."""
    return frozenset(plain(name) for name in re.split("[、,，;；]", author) if name.strip()) in true.author_sets


def role_agrees(true: TrueArticle, role: str) -> bool:
    """The role as printed, bare or in its note (作者系…), or words that hold one of the accepted roles."""
    bare = re.sub(r"^(作者(系|單位|单位)?)?(:|:)?", "", plain(role).strip("()"))
    return bare == plain(true.roles[0]) or any(also in bare for also in true.roles[1:])


def order_shares(truth: Truth, layout: _Layout) -> tuple[Share, Share, list[str]]:
    """Pairs in order (mean of articles with two pieces or more), and neighbours that stayed neighbours."""
    order = successors = Share()
    faults = []
    for true in truth.articles:
        pieces = true.body()
        if len(pieces) < 2:
            continue
        index = layout.paired.get(true.id)
        places = [layout.place[span.start] if layout.home(span) == index else None for span in pieces]
        pairs = [a is not None and b is not None and a < b for a, b in combinations(places, 2)]
        order += Share(sum(pairs) / len(pairs), 1)
        rank = {place: rank for rank, place in enumerate(sorted(at for at in places if at is not None))}
        next_to = [a is not None and b is not None and rank[b] == rank[a] + 1 for a, b in pairwise(places)]
        successors += Share(sum(next_to), len(next_to))
        faults += [
            f"order in {true.id}: “{layout.words(right)}” does not follow “{layout.words(left)}”"
            for (left, right), good in zip(pairwise(pieces), next_to, strict=True)
            if not good
        ]
    return order, successors, faults


# --- stitches -----------------------------------------------------------------------------------------------------


def joins(passage: Passage, reading: Reading) -> Iterator[tuple[int, int]]:
    """Neighbouring characters of a passage that stand on different lines of the original, as original offsets.

    A line break that the passage keeps as one is no join.
    """
    clean = reading.clean
    raw = clean.source.raw
    origins = []
    for span in passage.spans:
        low, high = bisect_left(clean.origins, span.start), bisect_left(clean.origins, span.end)
        origins += [clean.origins[at] for at in range(low, high) if not clean.text[at].isspace()]
    shown = [at for at, char in enumerate(passage.text) if not char.isspace()]
    if len(shown) != len(origins):
        raise ValueError(f"passage {passage.id} shows {len(shown)} characters, its spans hold {len(origins)}")
    for number, (left, right) in enumerate(pairwise(origins)):
        apart = right < left or "\n" in raw[left:right]
        if apart and "\n" not in passage.text[shown[number] : shown[number + 1]]:
            yield left, right


def all_joins(reading: Reading) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Joins inside paragraphs, and inside list passages (which may rightly hold several lines)."""
    found: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
    for passage in reading.passages:
        if passage.kind in (PassageKind.PARAGRAPH, PassageKind.LIST):
            found[passage.kind == PassageKind.PARAGRAPH].update(joins(passage, reading))
    return found[True], found[False]


def stitch_tallies(seams: Iterable[Seam], reading: Reading) -> tuple[Tally, Tally, list[str]]:
    """(adjacent, far): joins against seams. Sentence seams owe nothing; lines of one list passage are no stitches."""
    raw = reading.clean.source.raw
    known = {(seam.left, seam.right): seam for seam in seams}
    in_paragraphs, in_lists = all_joins(reading)
    found = in_paragraphs | (in_lists & set(known))
    tallies = {False: Tally(), True: Tally()}
    faults = []

    def told(left: int, right: int) -> str:
        return f"{raw[max(0, left - 7) : left + 1]}|{raw[right : right + 8]}".replace("\n", "¶")

    for pair, seam in known.items():
        if seam.owed:
            tallies[seam.far] += Tally(pair in found, pair in found, 1)
            if pair not in found:
                faults.append(f"{seam.kind} seam not joined: {told(*pair)}")
    for left, right in sorted(found - set(known)):
        far = right < left or bool(raw[left + 1 : right].strip())
        tallies[far] += Tally(0, 1, 0)
        faults.append(f"false {'far' if far else 'adjacent'} join: {told(left, right)}")
    return tallies[False], tallies[True], faults


def interrupted_tally(truth: Truth, reading: Reading) -> tuple[Tally, list[str]]:
    """Passages marked interrupted against paragraphs that break off for good.

    A mark on a piece whose true continuation exists is not counted here: it is a missed seam already.
    """
    marks = {passage.spans[-1].end: passage for passage in reading.passages if passage.interrupted}
    raw = reading.clean.source.raw
    lasts = {len(raw[:end].rstrip()) for end in marks}
    blocks = [block for article in truth.articles for block in article.blocks]
    owed = {block.spans[-1].end for block in blocks if block.interrupted}
    cuts = {seam.left + 1 for seam in truth.seams()}
    faults = [f"not marked as interrupted: …{raw[end - 10 : end]}" for end in sorted(owed - lasts)]
    faults += [f"wrongly marked as interrupted: …{raw[end - 10 : end]}" for end in sorted(lasts - owed - cuts)]
    return Tally(len(owed & lasts), len(lasts - cuts), len(owed)), faults


# --- lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemScores:
    """What is measured of the outline."""

    items: Tally
    extents: Share
    nesting: Share
    announced: Share
    enumerations: Share
    faults: tuple[str, ...]


def item_scores(truth: Truth, reading: Reading) -> ItemScores:
    """Marked items against the lists of the truth. Items without a marker (headings, introductions) are not counted."""
    raw = reading.clean.source.raw
    by_id = {item.id: item for item in reading.outline}
    marked = {_start(item, raw): item for item in reading.outline if item.marker.strip()}
    matched: dict[int, OutlineItem] = {}
    faults = []
    extents = nesting = announced = Share()
    owed = 0
    for one in truth.lists:
        for true in one.items:
            owed += 1
            item = marked.get(true.start)
            if item is None or (true.number and item.number != true.number):
                faults.append(f"item not found: {raw[true.start : true.start + 12]}")
                continue
            matched[true.start] = item
            if true.end is not None:
                right = _end(item.spans[-1].end, raw) == _end(true.end, raw)
                extents += Share(right, 1)
                shown = raw[max(0, item.spans[-1].end - 8) : item.spans[-1].end]
                faults += [] if right else [f"item ends wrongly: {raw[true.start : true.start + 8]}… at …{shown}"]
            above = by_id.get(item.parent_id)
            parent = _start(above, raw) if above is not None and above.marker.strip() else None
            nesting += Share(parent == one.parent, 1)
            if parent != one.parent:
                faults.append(f"item nested wrongly: {raw[true.start : true.start + 12]}")
        if one.announced and one.items:
            first = matched.get(one.items[0].start)
            above = by_id.get(first.parent_id) if first else None
            right = above is not None and above.announced == one.announced
            announced += Share(right, 1)
            faults += [] if right else [f"announced count not on the list: {one.announced_as}"]
    faults += [f"invented item: {raw[at : at + 12]}" for at in sorted(set(marked) - set(matched))]
    counts = {(item.announced, item.announced_as) for item in reading.outline}
    known = [
        any(
            number == one.announced and (words in one.announced_as or one.announced_as in words)
            for number, words in counts
            if words
        )
        for one in truth.enumerations
    ]
    return ItemScores(
        items=Tally(len(matched), len(marked), owed),
        extents=extents,
        nesting=nesting,
        announced=announced,
        enumerations=Share(sum(known), len(known)),
        faults=tuple(faults),
    )


def _start(item: OutlineItem, raw: str) -> int:
    """Where an item begins, after blanks and the Markdown signs before it."""
    at = item.spans[0].start
    while at < len(raw) and (raw[at].isspace() or raw[at] in "#-*•"):
        at += 1
    return at


def _end(at: int, raw: str) -> int:
    """Where an item's words end: before blanks and separating punctuation."""
    while at > 0 and (raw[at - 1].isspace() or raw[at - 1] in ",，;；。."):
        at -= 1
    return at
