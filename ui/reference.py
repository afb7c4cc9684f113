"""Bibliographic words about a passage: who, where, when, and a reference in the manner of GB/T 7714-2015."""

from __future__ import annotations

from rag.types import Article, Passage, PassageKind, Source

BODY = (PassageKind.PARAGRAPH, PassageKind.LIST)
"""The kinds that count as paragraphs."""


def byline(passage: Passage) -> str:
    """Author with role: ``徐留平（中华全国总工会党组书记）``; "" when unsigned."""
    if not passage.author:
        return ""
    return f"{passage.author}（{passage.author_role}）" if passage.author_role else passage.author


def named(title: str, source_id: str) -> str:
    """``《题名》``; the file's name where no title is known; no second pair of marks around a titled one."""
    if not title:
        return source_id
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        return title
    # Inside book-title marks the inner pair is the single one (GB/T 15834).
    return f"《{title.replace('《', '〈').replace('》', '〉')}》"


def headline(passage: Passage) -> str:
    """How a passage is named in a list of sources."""
    return named(passage.title, signed(passage.author) or passage.source_id)


def signed(author: str) -> str:
    """What an untitled text is called: by who signed it; "" when nobody did."""
    return f"{author}署名文章" if author else ""


def paragraph_number(passage: Passage, siblings: list[Passage]) -> int:
    """Position of ``passage`` among the paragraphs of its article, from 1; 0 for titles, bylines and captions."""
    if passage.kind not in BODY:
        return 0
    return sum(1 for p in siblings if p.kind in BODY and p.ordinal <= passage.ordinal)


def gbt7714(source: Source, article: Article | None) -> str:
    """A reference in the manner of GB/T 7714-2015.

    ``马璐. 深化改革担使命[N]. 工人日报, 2023-01-09(3).`` A text without a publication is a [Z], one from the web
    an [EB/OL]; an unsigned text is 佚名, as the standard asks in Chinese lists.
    """
    title = (article.title if article else "") or source.title or signed(article.author if article else "") or source.id
    author = ((article.author if article else "") or "佚名").replace("、", ", ")
    if not source.publication:
        return f"{author}. {title}[Z]." + (f" {source.date}." if source.date else "")
    if source.kind in ("web", "online"):
        return f"{author}. {title}[EB/OL]. {source.publication}" + (f", {source.date}." if source.date else ".")
    when = f", {source.date}" if source.date else ""
    page = f"({source.page})" if source.page else ""
    return f"{author}. {title}[N]. {source.publication}{when}{page}."
