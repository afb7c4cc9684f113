"""``python -m eval policy``: the whole system over laws and reports, asked the questions written over pieces of them.

The library is made of the documents that validation pieces come from (no question over such a piece is ever trained
on) and of others beside them. A piece's near misses must be refused, so must questions over news (misplaced).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from rich.console import Console
from rich.progress import track

from rag.chain import QAChain, open_chain
from rag.corpus.fold import fold
from rag.index.build import build_index
from rag.index.embed import open_encoder
from rag.models.reader.measures import auroc
from rag.models.reader.written import Unit, Written, held_out, read_written
from rag.settings import load_settings

OTHERS = 24
"""Documents beside those of the validation pieces."""
MISPLACED = 60
COVERED = 0.9
"""Share of an evidence quotation's character pairs that a passage or quotation must hold."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question. ``rank`` of the first hit with evidence, 0 for none among ten."""

    kind: str
    question: str
    held_out: bool
    answered: bool
    confidence: float
    rank: int
    complete: float
    first: bool
    """Whether the first quotation holds the short answer, or evidence where there is none."""
    characters: float
    """Mean length of the quotations."""
    milliseconds: float


def documents(data: Path, found: Sequence[Unit]) -> list[Path]:
    """Files of the validation pieces' documents (the newest version of a law), then of some others."""
    files: dict[str, Path] = {}
    for path in sorted((*(data / "laws").rglob("*.md"), *(data / "reports").glob("*.txt"))):
        files[_bare(path.stem.rsplit("(", 1)[0])] = path
    titles = {_bare(unit.titles[0]): held_out(unit.id) for unit in found if unit.titles[0]}
    wanted = {_bare(unit.titles[0]) for unit in found if unit.titles[0] and held_out(unit.id)}
    first = [files[name] for name in sorted(wanted) if name in files]
    return [*first, *[files[name] for name in sorted(titles.keys() - wanted) if name in files][::2][:OTHERS]]


def ask(chain: QAChain, one: Written, unit: Unit, kind: str) -> Asked:
    """Put one question to the system."""
    started = perf_counter()
    looked = chain.read(one.texts[0])
    answer = chain.invoke(one.texts[0])
    milliseconds = (perf_counter() - started) * 500  # asked twice
    evidence = [unit.texts[0][a:b] for a, b in one.evidence]
    rank = next((n for n, hit in enumerate(answer.hits, 1) if any(_holds(hit.passage.text, e) for e in evidence)), 0)
    said = "".join(quote.text for quote in answer.quotes)
    short = unit.texts[0][slice(*one.short)] if one.short else ""
    top = answer.quotes[0].text if answer.quotes else ""
    return Asked(
        kind=kind,
        question=one.texts[0],
        held_out=held_out(unit.id),
        answered=bool(answer.quotes),
        confidence=looked.confidence,
        rank=rank,
        complete=float(np.mean([_holds(said, e) for e in evidence])) if evidence else 0.0,
        first=(_plain(short) in _plain(top)) if short else any(_holds(top, e) for e in evidence),
        characters=float(np.mean([len(quote.text) for quote in answer.quotes])) if answer.quotes else 0.0,
        milliseconds=milliseconds,
    )


def figures(asked: Sequence[Asked]) -> Iterator[tuple[str, float, int]]:
    """Name, value, number of questions."""
    right = [one for one in asked if one.kind not in ("near", "misplaced")]
    groups: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in right:
        groups["all"].append(one)
        groups[one.kind].append(one)
        if one.held_out:
            groups["held out"].append(one)
    for name, ones in groups.items():
        yield f"{name}: R@1", float(np.mean([one.rank == 1 for one in ones])), len(ones)
        yield f"{name}: R@5", float(np.mean([0 < one.rank <= 5 for one in ones])), len(ones)
        yield f"{name}: R@10", float(np.mean([one.rank > 0 for one in ones])), len(ones)
        yield f"{name}: complete", float(np.mean([one.complete for one in ones])), len(ones)
        yield f"{name}: in the first", float(np.mean([one.first for one in ones])), len(ones)
        yield f"{name}: refused", float(np.mean([not one.answered for one in ones])), len(ones)
    for kind in ("near", "misplaced"):
        wrong = [one for one in asked if one.kind == kind]
        yield f"{kind}: answered", float(np.mean([one.answered for one in wrong])), len(wrong)
        yield (
            f"{kind}: AUROC",
            auroc([one.confidence for one in right], [one.confidence for one in wrong]),
            len(wrong),
        )
    yield "characters a quotation", float(np.mean([one.characters for one in right if one.answered])), len(right)
    yield "milliseconds, median", float(np.median([one.milliseconds for one in asked])), len(asked)


def main(data: Path, questions: Sequence[Path], index: Path, out: Path | None, reader: str | None, every: int) -> None:
    """Build the library where there is none at ``index``, ask every ``every``-th question, print the figures."""
    found, written = read_written(data / "units" / "units.jsonl", questions)
    settings = load_settings(index=index, reader=reader)
    files = documents(data, found)
    if not (index / "CURRENT").exists():
        build_index(index, files, open_encoder(settings), progress=lambda *_: None)
    names = {_bare(path.stem.rsplit("(", 1)[0]) for path in files}
    ours = [one for one in written if _bare(found[one.unit].titles[0]) in names]
    ours = [one for number, one in enumerate(ours) if held_out(found[one.unit].id) or number % every == 0]
    news = [one for one in written if not found[one.unit].titles[0] and one.evidence]
    step = max(1, len(news) // MISPLACED)
    chain = open_chain(settings)
    asked = [
        ask(chain, one, found[one.unit], one.kind if one in ours_set else "misplaced")
        for ours_set in [set(ours)]
        for one in track([*ours, *news[::step]], f"{len(files)} 份文献", transient=True)
    ]
    for name, value, count in figures(asked):
        Console().print(f"{name:28} {value:.3f}  ({count})", highlight=False)
    if out:
        out.write_text("\n".join(json.dumps(asdict(one), ensure_ascii=False) for one in asked), encoding="utf-8")


def _bare(title: str) -> str:
    return "".join(c for c in title if c.isalnum()).removeprefix("中华人民共和国")


def _plain(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _holds(text: str, evidence: str) -> bool:
    """Whether ``text`` holds most of ``evidence``: by character pairs, since line breaks and blanks may differ."""
    wanted, have = _plain(evidence), _plain(text)
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)} or {wanted}
    return wanted in have or sum(pair in have for pair in pairs) >= COVERED * len(pairs)
