"""Torn pages made from plain news: how many cuts does the reader mend, and what does it break? ``python -m eval.seams``

Two news articles make a page. Each is cut into 3 to 6 column pieces; 70 % of the cuts fall on any character (in a
word, in a sentence), 30 % at the end of a sentence; no piece is shorter than 30 characters. The pieces of both are
riffled into one column of blocks with a blank line between, each article's pieces in order, except that on one page
in ten the later part of an article is set before its beginning (the third seed is such a page).

**What is owed.** A cut is a seam that must be found when the piece before it does not end in 。！？…；： (whatever
closing quotation marks and brackets follow). After such an ending nothing in the wording asks for a continuation, so
joining there is neither owed nor wrong. A join of anything else is wrong. Precision = right joins / (right + wrong),
counting owed seams only; recall = right joins / owed seams.

**No harm.** The same articles uncut, once as they are (one long line) and once set in paragraphs of one to three whole
sentences: a reading that joins anything there has done harm.

**Time.** Reading the uncut articles against embedding their passages as indexing does, turn about in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval.accounting import discrepancies
from eval.structure import Bar
from eval.structure_metrics import Share, Tally, all_joins, stitch_tallies
from eval.truth import Seam
from rag.corpus.load import load_jsonl, source_from_text
from rag.corpus.reading import read_source
from rag.types import Reading, Source, WenjuError

DATA = Path(__file__).parents[2] / "shared" / "data"
SEED = 20230928
SHORTEST = 30
"""Characters of the shortest piece: a column narrower than this is no column."""
_CLOSERS = "”’」』》〉\uff09)】〕\\]"
_ENDED = re.compile(rf"[。\uff01!\uff1f?…\uff1b;\uff1a:.][{_CLOSERS}]*$")
_SENTENCE_END = re.compile(rf"[。\uff01!\uff1f?…][{_CLOSERS}]*")
_CRAWLED = re.compile("^.{0,80}?正文[\uff1a:]")


@dataclass(frozen=True, slots=True)
class TornPage:
    """A page made of cut articles, and every place where it was cut."""

    raw: str
    seams: tuple[Seam, ...]


@dataclass(frozen=True, slots=True)
class SeamReport:
    """What reading the torn and the whole articles gave."""

    articles: int
    adjacent: Tally
    far: Tally
    unharmed: Share
    """Uncut articles, as they are, without a join."""
    unharmed_paragraphs: Share
    """Uncut articles set in paragraphs, without a join."""
    accounted: Share
    """Torn pages and uncut articles of which every character is accounted for (see ``accounting``)."""
    reading_seconds: float
    embedding_seconds: float
    """For the same sample of articles; 0 when embedding was not asked for."""
    faults: tuple[str, ...]

    @property
    def stitches(self) -> Tally:
        """Adjacent and far seams together."""
        return self.adjacent + self.far

    @property
    def reading_share(self) -> float:
        """Share of indexing time that reading takes."""
        whole = self.reading_seconds + self.embedding_seconds
        return self.reading_seconds / whole if self.embedding_seconds else 0.0

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The requirements of issue B."""
        bars = [
            Bar("recall of torn seams", self.stitches.recall, 0.7),
            Bar("precision of joins", self.stitches.precision, 0.95),
            Bar("readings that lose nothing", self.accounted.value, 1.0),
            Bar("uncut articles left alone", self.unharmed.value, 0.995),
            Bar("uncut paragraphs left alone", self.unharmed_paragraphs.value, 0.995),
        ]
        if self.embedding_seconds:
            bars.append(Bar("share of indexing time that is not reading", 1 - self.reading_share, 0.95))
        return tuple(bars)

    @property
    def passed(self) -> bool:
        """Whether every bar is met."""
        return all(bar.met for bar in self.bars)


# --- making pages -------------------------------------------------------------------------------------------------


def smooth(text: str) -> str:
    """One line without invisible characters, blanks single, and without the crawler's head (date，正文：)."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    seen = re.sub(r"\s+", " ", seen).strip()
    return _CRAWLED.sub("", seen).strip()


def ends_a_sentence(text: str) -> bool:
    """Whether nothing in the wording asks for a continuation: "好。”" yes, "好,”" no."""
    return bool(_ENDED.search(text.rstrip()))


def cut(text: str, rng: random.Random) -> list[str]:
    """``text`` in 3 to 6 pieces (fewer when it is short) that give it back when joined; none begins or ends blank."""
    wanted = rng.randint(3, 6) - 1
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    cuts: list[int] = []
    for _ in range(20 * wanted):
        if len(cuts) == wanted:
            break
        at = rng.choice(ends) if ends and rng.random() < 0.3 else rng.randrange(1, max(2, len(text)))
        solid = 0 < at < len(text) and not text[at - 1].isspace() and not text[at].isspace()
        if solid and all(abs(at - other) >= SHORTEST for other in (0, len(text), *cuts)):
            cuts.append(at)
    return [text[start:end] for start, end in pairwise([0, *sorted(cuts), len(text)])]


def tear(texts: Sequence[str], rng: random.Random) -> TornPage:
    """A page of the cut ``texts``, riffled, as blocks with a blank line between (the seeds' layout)."""
    pieces = [cut(text, rng) for text in texts]
    order = [[(which, number) for number in range(len(parts))] for which, parts in enumerate(pieces)]
    if rng.random() < 0.1:
        turned = rng.choice(order)
        middle = rng.randrange(len(turned))
        turned[:] = turned[middle:] + turned[:middle]
    slots = [which for which, parts in enumerate(pieces) for _ in parts]
    rng.shuffle(slots)
    waiting = [iter(parts) for parts in order]
    blocks: list[str] = []
    starts: dict[tuple[int, int], int] = {}
    length = 0
    for which in slots:
        key = next(waiting[which])
        starts[key] = length
        blocks.append(pieces[key[0]][key[1]])
        length += len(blocks[-1]) + 2
    raw = "\n\n".join(blocks) + "\n"
    seams = []
    for which, parts in enumerate(pieces):
        for number, (left, _) in enumerate(pairwise(parts)):
            end, start = starts[which, number] + len(left), starts[which, number + 1]
            far = start < end or bool(raw[end:start].strip())
            kind = "far" if far else "adjacent"
            seams.append(Seam(end - 1, start, f"{kind}-sentence" if ends_a_sentence(left) else kind))
    return TornPage(raw, tuple(seams))


def in_paragraphs(text: str, rng: random.Random) -> str:
    """The uncut text set in paragraphs of one to three whole sentences, a blank line between."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    blocks = []
    start = 0
    while start < len(text):
        after = [end for end in ends if end > start][: rng.randint(1, 3)]
        end = after[-1] if after else len(text)
        blocks.append(text[start:end].strip())
        start = end
    return "\n\n".join(block for block in blocks if block) + "\n"


# --- measuring ----------------------------------------------------------------------------------------------------


def unharmed(texts: Iterable[str]) -> Share:
    """Articles without a single join."""
    clear = [not any(all_joins(_read(text))) for text in texts]
    return Share(sum(clear), len(clear))


def _read(text: str) -> Reading:
    return read_source(source_from_text("news", text))


def timed(texts: Sequence[str]) -> tuple[float, float]:
    """(reading, embedding) seconds for ``texts``, turn about, both warmed up."""
    from rag.index.embed import open_encoder
    from rag.index.windows import embedded_texts
    from rag.settings import load_settings

    encoder = open_encoder(load_settings())
    encoder.encode_passages(["热身"])
    _read(texts[0])
    reading = embedding = 0.0
    for text in texts:
        begin = time.perf_counter()
        found = _read(text)
        between = time.perf_counter()
        encoder.encode_passages([part for passage in found.passages for part in embedded_texts(passage)])
        reading += between - begin
        embedding += time.perf_counter() - between
    return reading, embedding


def load_news(data: Path, count: int, rng: random.Random) -> list[str]:
    """``count`` smoothed news articles of 200 characters or more, drawn at random."""
    path = data / "news-8k" / "corpus.jsonl"
    if not path.is_file():
        raise WenjuError(f"{path} is not there: this benchmark needs the news-8k corpus; say where with --data FOLDER")
    texts = [smooth(one.raw) for one in load_jsonl(path) if isinstance(one, Source)]
    long = [text for text in texts if len(text) >= 200]
    if len(long) < count:
        raise WenjuError(f"{path} holds {len(long)} articles of 200 characters or more, {count} were asked for")
    return rng.sample(long, count)


def run(data: Path = DATA, articles: int = 1000, seed: int = SEED, embed: int = 40) -> SeamReport:
    """The whole benchmark; ``embed`` articles are also embedded for the comparison of times (0: none)."""
    rng = random.Random(seed)
    texts = load_news(data, articles, rng)
    adjacent = far = Tally()
    accounted = Share()
    faults: list[str] = []
    for first in range(0, len(texts) - 1, 2):
        page = tear(texts[first : first + 2], rng)
        reading = _read(page.raw)
        near, wide, missed = stitch_tallies(page.seams, reading)
        wrong = discrepancies(reading)
        adjacent, far, accounted = adjacent + near, far + wide, accounted + Share(not wrong, 1)
        faults += [f"page {first // 2}: {fault}" for fault in [*wrong, *missed]]
    accounted += Share(sum(not discrepancies(_read(text)) for text in texts), len(texts))
    seconds, embedding = timed(texts[:embed]) if embed else (0.0, 0.0)
    return SeamReport(
        articles=len(texts),
        adjacent=adjacent,
        far=far,
        unharmed=unharmed(texts),
        unharmed_paragraphs=unharmed(in_paragraphs(text, rng) for text in texts),
        accounted=accounted,
        reading_seconds=seconds,
        embedding_seconds=embedding,
        faults=tuple(faults),
    )


def table(report: SeamReport) -> Table:
    """Joins by distance."""
    shown = Table(title=f"{report.articles} news articles, cut and riffled two to a page")
    for name in ("seams", "owed", "joined right", "joined wrong", "precision", "recall"):
        shown.add_column(name, justify="left" if name == "seams" else "right")
    for name, tally in (("adjacent", report.adjacent), ("far", report.far), ("all", report.stitches)):
        wrong = tally.predicted - tally.hits
        counts = (str(tally.owed), str(tally.hits), str(wrong), f"{tally.precision:.3f}", f"{tally.recall:.3f}")
        shown.add_row(name, *counts)
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the bars; 0 when all are met, 1 when one is missed, 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m eval.seams", description="Torn pages made from plain news.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds news-8k (default: ../shared/data)")
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--embed", type=int, default=40, help="articles to embed for the comparison of times; 0: none")
    parser.add_argument("--out", type=Path, help="write the report here as JSON")
    parser.add_argument("--faults", type=int, default=0, help="show so many misses in words")
    options = parser.parse_args(arguments)
    console = Console()
    try:
        report = run(options.data, options.articles, options.seed, options.embed)
    except WenjuError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 2
    if options.out is not None:
        options.out.write_text(json.dumps(asdict(report), ensure_ascii=False, indent=2), encoding="utf-8")
    console.print(table(report))
    for bar in report.bars:
        sign = "[green]met[/]   " if bar.met else "[red]missed[/]"
        console.print(f"{sign} {bar.name}: {bar.value:.4f} (at least {bar.least})", highlight=False)
    if report.embedding_seconds:
        seconds = f"{report.reading_seconds:.2f} s reading, {report.embedding_seconds:.2f} s embedding"
        console.print(f"{seconds}, {options.embed} articles: reading is {report.reading_share:.1%}", highlight=False)
    for fault in report.faults[: options.faults]:
        console.print(fault, markup=False, highlight=False)
    return 0 if report.passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
