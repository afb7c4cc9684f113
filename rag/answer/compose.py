"""Quotes → the answer that is shown: every sentence a quotation, followed by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.types import Hit, Quote


def compose(quotes: Sequence[Quote]) -> Iterator[str]:
    """The answer's sentences, one a line, each ending with its marker [n]."""
    for number, quote in enumerate(quotes, 1):
        yield f"{quote.text.strip()}[{number}]"


def refusal(hits: Sequence[Hit]) -> str:
    """Why nothing is answered, and what stands nearest."""
    nearest = list(dict.fromkeys(f"《{h.passage.title or h.passage.source_id}》" for h in hits[:5]))[:3]
    where = f"最接近的段落在{'、'.join(nearest)}，但不足以回答。" if nearest else "没有找到相关段落。"
    return f"现有文件中没有找到能回答这个问题的原文。{where}"
