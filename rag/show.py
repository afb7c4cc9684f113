"""Answers, passages and documents on a terminal (rich). Everything printed is escaped: documents are not markup."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.corpus.spans import read_spans
from rag.types import Answer, Hit, OutlineItem, Passage, PassageKind, Quote, Reading, Status

_NUMBER = re.compile(r"\d+")
_SEAM = "段落被版面断开"
"""How the reason of a repair begins that tells where a cut paragraph goes on (``rag.corpus.reading``)."""
MOST_TOLD = 20
"""Repairs of one kind that are printed one by one."""


def print_answer(out: Console, answer: Answer) -> None:
    """The answer, then its numbered sources."""
    if answer.standalone:
        out.print(Text(f"（按“{answer.standalone}”检索）", style="dim"))
    if answer.status is not Status.ANSWERED:
        out.print(Text(answer.reason, style="yellow"))
        for hit in answer.hits[:3]:
            out.print(Text(f"  · {_where(hit.passage)}　{_short(hit.passage.text, 60)}", style="dim"))
        return
    for line in answer.text.splitlines():
        out.print(Text(line))
    if answer.reason:
        out.print(Text(f"注：{answer.reason}", style="yellow"))
    out.print()
    for number, quote in enumerate(answer.quotes, 1):
        out.print(
            Text(f"[{number}] {_where(quote.passage)}　{_places(quote)}　已核对　{quote.passage.id}", style="dim")
        )


def print_sources(out: Console, quotes: Sequence[Quote]) -> None:
    """The passages behind the last answer, each quotation highlighted."""
    if not quotes:
        out.print(Text("还没有引文。", style="dim"))
    for number, quote in enumerate(quotes, 1):
        out.print(Text(f"[{number}] {_where(quote.passage)}", style="bold"))
        text = Text(quote.passage.text)
        at = quote.passage.text.find(quote.text)
        if at >= 0:
            text.stylize("reverse", at, at + len(quote.text))
        out.print(text)


def print_hits(out: Console, hits: Sequence[Hit]) -> None:
    """Passages found, best first, with why."""
    if not hits:
        out.print(Text("没有找到相关段落。", style="yellow"))
    for number, hit in enumerate(hits, 1):
        why = " ".join(f"{name}#{rank}" for name, rank in hit.ranks.items())
        out.print(Text(f"{number}. {hit.score:.3f} {_where(hit.passage)}　{why}　{hit.passage.id}", style="bold"))
        out.print(Text("   " + _short(hit.passage.text, 160)))


def print_passage(out: Console, passage: Passage, reading: Reading) -> None:
    """A passage between its neighbours, highlighted."""
    out.print(Text(_where(passage), style="bold"))
    same = [p for p in reading.passages if p.article_id == passage.article_id]
    for neighbour in same:
        if abs(neighbour.ordinal - passage.ordinal) <= 1:
            out.print(Text(neighbour.text, style="reverse" if neighbour.id == passage.id else "dim"))
    places = "、".join(f"{span.start}–{span.end}" for span in passage.spans)
    out.print(
        Text(f"原文位置 {places}" + ("　（版面在此断开，未找到下文）" if passage.interrupted else ""), style="dim")
    )


def print_document(out: Console, reading: Reading) -> None:
    """Articles in reading order with all that belongs to them, then the page's own lines and what was repaired."""
    for article in reading.articles:
        own = [p for p in reading.passages if p.article_id == article.id]
        out.print()
        for line in article.headings:
            out.print(Text(f"〔{line}〕", style="dim"))
        out.print(Text(f"# {article.title or '（无标题）'}", style="bold"))
        role = f"（{article.author_role}）" if article.author_role else ""
        out.print(Text(f"作者：{article.author or '原文未署名'}{role}", style="dim"))
        shown: tuple[str, ...] = article.headings
        for passage in own:
            for heading in passage.headings[len(article.headings) :]:
                if heading not in shown:
                    out.print(Text(f"\n## {heading}", style="bold"))
            shown = passage.headings if passage.kind is not PassageKind.TITLE else shown
            if passage.kind is PassageKind.TITLE:
                if _is_subtitle(passage, own):
                    out.print(Text(passage.text, style="bold"))
            else:
                out.print(_with_seams(passage, reading))
    _print_furniture(out, reading)
    _print_repairs(out, reading)


def _is_subtitle(passage: Passage, own: Sequence[Passage]) -> bool:
    """Whether a title passage is printed nowhere else: neither headline nor kicker nor the heading above a text."""
    known = {heading for other in own for heading in other.headings}
    return passage.text not in known and passage.text not in passage.title


def _print_furniture(out: Console, reading: Reading) -> None:
    """What belongs to the page and to no article."""
    if reading.furniture:
        raw = reading.clean.source.raw
        lines = " ｜ ".join(" ".join(raw[span.start : span.end].split()) for span in reading.furniture)
        out.print(Text(f"\n版面上不属于文章的：{lines}", style="dim"))


def _print_repairs(out: Console, reading: Reading) -> None:
    """Each repair with its place and what stood there; what was done many times is told once, with how often."""
    if not reading.repairs:
        return
    raw = reading.clean.source.raw
    out.print(Text(f"\n整理了 {len(reading.repairs)} 处：", style="bold"))
    kinds = Counter(repair.reason for repair in reading.repairs)
    told: Counter[str] = Counter()
    for repair in reading.repairs:
        told[repair.reason] += 1
        if told[repair.reason] > MOST_TOLD:
            continue
        start, end = repair.span.start, repair.span.end
        was = raw[start:end].strip()
        change = f"：{was} → {repair.shown or '（删）'}" if was and was != repair.shown else ""
        around = f"…{raw[max(0, start - 8) : start]}⁞{raw[end : end + 8]}…" if not change else ""
        out.print(Text(f"  {start}–{end} {repair.reason}{change}　{' '.join(around.split())}".rstrip(), "dim"))
        if told[repair.reason] == MOST_TOLD < kinds[repair.reason]:
            out.print(Text(f"  … 同样的还有 {kinds[repair.reason] - MOST_TOLD} 处", "dim"))


def print_diff(out: Console, reading: Reading) -> None:
    """The original with what reading changed marked in place: [-out-] {+shown instead+} and ⁞→ where a seam goes on.

    Marks of characters and not only of colour, so that it can be read in a file or a pipe as well.
    """
    raw = reading.clean.source.raw
    kept = bytearray(len(raw))
    for origin in reading.clean.origins:
        kept[origin] = 1
    repairs = {repair.span.start: repair for repair in reading.repairs}
    text = Text()
    at = 0
    while at < len(raw):
        repair = repairs.get(at)
        if repair is not None and repair.reason.startswith(_SEAM):
            text.append(f"{raw[at : repair.span.end].rstrip()}⁞→{_NUMBER.findall(repair.reason)[-1]}", style="cyan")
            text.append(raw[at : repair.span.end] if not raw[at : repair.span.end].strip() else "")
            at = repair.span.end
            continue
        if repair is not None and raw[at : repair.span.end].strip():
            text.append(f"[-{raw[at : repair.span.end]}-]", style="red")
            text.append(f"{{+{repair.shown}+}}" if repair.shown else "", style="green")
            at = repair.span.end
            continue
        end = at + 1
        while end < len(raw) and kept[end] == kept[at] and end not in repairs:
            end += 1
        stretch = raw[at:end]
        mark = not kept[at] and stretch.strip()
        text.append(f"[-{stretch}-]" if mark else stretch, style="red" if mark else "")
        at = end
    out.print(text)


def print_outline(out: Console, reading: Reading) -> None:
    """Headings and ordinal lists as a tree, announced counts included."""
    seams = {repair.span.start for repair in reading.repairs if repair.reason.startswith(_SEAM)}
    pairs = zip(reading.clean.origins, reading.clean.text, strict=True)
    shown = {at: char for at, char in pairs if not (char.isspace() and at in seams)}
    below: defaultdict[tuple[str, str], list[OutlineItem]] = defaultdict(list)
    for item in reading.outline:
        below[item.article_id, item.parent_id].append(item)
    for article in reading.articles:
        out.print(Text(article.title or "（无标题）", style="bold"))
        for line in _branches(below, shown, (article.id, ""), ""):
            out.print(Text(line))


def print_status(out: Console, record: Mapping[str, Any]) -> None:
    """What the index holds."""
    out.print(Text(f"索引 {record['index']}　{record['passages']} 段　{record['vectors']} 个向量　{record['created']}"))
    out.print(Text(f"模型 {record['model']}", style="dim"))
    for reason in record["stale"]:
        out.print(Text(f"需要重建：{reason}", style="yellow"))
    table = Table("文件", "标题", "出版物", "日期", "字数", box=None)
    for source in record["sources"][:50]:
        table.add_row(*(Text(str(source[name])) for name in ("source", "title", "publication", "date", "characters")))
    out.print(table)


def _branches(
    below: Mapping[tuple[str, str], Sequence[OutlineItem]], shown: Mapping[int, str], key: tuple[str, str], lead: str
) -> Iterator[str]:
    """The lines of the tree below ``key`` (article and parent); rich's own Tree would cut them at the width."""
    items = below.get(key, ())
    for number, item in enumerate(items, 1):
        printed = len(below.get((item.article_id, item.id), ()))
        last = number == len(items)
        yield f"{lead}{'└── ' if last else '├── '}{_outline_words(item, shown, printed)}{_count(item, printed)}"
        yield from _branches(below, shown, (item.article_id, item.id), lead + ("    " if last else "│   "))


def _outline_words(item: OutlineItem, shown: Mapping[int, str], printed: int) -> str:
    """The first line of an item; the announcing words alone for what is announced in passing."""
    if item.announced and not item.marker and not printed:
        return item.announced_as
    words = "".join(shown.get(at, "") for span in item.spans for at in range(span.start, span.end))
    return _short(words.strip().partition("\n")[0], 60)


def _count(item: OutlineItem, printed: int) -> str:
    """What the text announces beside what it prints: "〔13条举措：原文列出 7 项〕"."""
    if not item.announced:
        return ""
    if printed == item.announced:
        return f"　〔{item.announced_as}：{printed} 项〕"
    return f"　〔{item.announced_as}：原文{f'列出 {printed} 项' if printed else '没有逐一列出'}〕"


def _with_seams(passage: Passage, reading: Reading) -> Text:
    text = Text()
    for number, span in enumerate(passage.spans):
        if number:
            text.append("⁞", style="cyan")  # where two pieces were joined
        text.append(read_spans(reading.clean, (span,)))
    if passage.interrupted:
        text.append(" 〔版面断开〕", style="yellow")
    return text


def _where(passage: Passage) -> str:
    parts = (passage.title and f"《{passage.title}》", passage.author, passage.publication, passage.date)
    return "　".join(part for part in parts if part) or passage.source_id


def _places(quote: Quote) -> str:
    places = quote.passage.source_id + " " + "、".join(f"{span.start}–{span.end}" for span in quote.spans)
    return places + ("（原文在段末断开）" if quote.passage.interrupted else "")


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
