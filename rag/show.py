"""Answers, passages and documents on a terminal (rich). Everything printed is escaped: documents are not markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from rag.corpus.spans import read_spans
from rag.types import Answer, Hit, OutlineItem, Passage, PassageKind, Quote, Reading, Status


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
    """Articles in reading order, paragraphs under their headings, then what was repaired."""
    for article in reading.articles:
        out.print(Text(f"\n# {article.title or '（无标题）'}", style="bold"))
        credit = "　".join(part for part in (article.author or "（未署名）", article.author_role) if part)
        out.print(Text(credit, style="dim"))
        shown: tuple[str, ...] = article.headings
        for passage in (p for p in reading.passages if p.article_id == article.id):
            for heading in passage.headings:
                if heading not in shown:
                    out.print(Text(f"\n## {heading}", style="bold"))
            shown = passage.headings or shown
            if passage.kind in (PassageKind.PARAGRAPH, PassageKind.CAPTION, PassageKind.LIST):
                out.print(_with_seams(passage, reading))
    if reading.repairs:
        out.print(Text(f"\n整理了 {len(reading.repairs)} 处：", style="bold"))
        for repair in reading.repairs[:200]:
            was = reading.clean.source.raw[repair.span.start : repair.span.end]
            out.print(
                Text(f"  {repair.span.start}–{repair.span.end} {repair.reason}：{was!r} → {repair.shown!r}", "dim")
            )


def print_diff(out: Console, reading: Reading) -> None:
    """The original with what reading left out struck through."""
    raw = reading.clean.source.raw
    kept = bytearray(len(raw))
    for origin in reading.clean.origins:
        kept[origin] = 1
    text = Text(raw)
    start = 0
    while start < len(raw):
        end = start
        while end < len(raw) and kept[end] == kept[start]:
            end += 1
        if not kept[start] and raw[start:end].strip():
            text.stylize("red strike", start, end)
        start = end
    out.print(text)


def print_outline(out: Console, reading: Reading) -> None:
    """Headings and ordinal lists as a tree, announced counts included."""
    for article in reading.articles:
        root = Tree(Text(article.title or "（无标题）", style="bold"))
        _branches(root, "", [item for item in reading.outline if item.article_id == article.id], reading)
        out.print(root)


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


def _branches(parent: Tree, parent_id: str, items: Sequence[OutlineItem], reading: Reading) -> None:
    for item in items:
        if item.parent_id == parent_id:
            words = read_spans(reading.clean, item.spans)
            count = f"　〔{item.announced_as}：{item.announced}〕" if item.announced else ""
            _branches(parent.add(Text(_short(words, 60) + count)), item.id, items, reading)


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
    return quote.passage.source_id + " " + "、".join(f"{span.start}–{span.end}" for span in quote.spans)


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
