"""Answer -> HTML. Pure functions: whatever a document, a model or a reader wrote is escaped here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from html import escape
from urllib.parse import quote as urlquote

from rag.answer.draft import DECLINED
from rag.answer.markers import cited_units, numbers, renumber
from rag.types import Answer, Passage, Quote, Sentence, Status, Verdict
from ui.record import nearest
from ui.reference import byline, headline
from ui.text import label, named

VERDICTS = (Verdict.VERBATIM, Verdict.SUPPORTED)
"""What the check may find of a sentence that is shown."""

Parts = dict[str, str]
"""The pieces of an answer card by name; the page replaces only those that changed."""

_BULLET = re.compile(r"^\s*[-*•·]\s+")
_NUMBERED = re.compile(r"^\s*(\d{1,3})[.．、]\s*")
_BOLD = re.compile(r"\*\*([^*\n]+?)\*\*")
_NUMBERS = re.compile(r"([^\s<>&;\[\]])?((?:\[\d{1,3}\])+)")
"""Markers in escaped text, with the character before them unless it may be the end of a tag or an entity."""
_HEADING = re.compile(r"^\s*#{1,6}\s+")


def card(answer: Answer, *, lost: int = 0, scope: str = "") -> Parts:
    """All parts of a finished answer."""
    if answer.status is Status.ANSWERED:
        parts = {"body": body(answer), "sources": sources(answer.quotes), "note": note(answer, lost)}
    else:
        parts = {"body": refusal(answer, scope), "sources": near(answer), "note": removed(answer.sentences)}
    return parts | {"status": status_done(answer), "foot": foot(answer)}


def growing(answer: Answer, found: int, cited: int) -> Parts:
    """The parts of an answer that is still being written; of the sources, those cited so far."""
    status = label("state.reading", found) if found else label("state.searching")
    return {"status": status, "body": body(answer), "sources": sources(answer.quotes[:cited])}


def waiting(key: str, *args: object) -> Parts:
    """A line that says what is going on before there is any answer."""
    return {"status": label(key, *args)}


def failed(key: str, *args: object) -> Parts:
    """An answer that did not come: the reason, and a button that asks again."""
    again = label("retry", tag="button", attrs='type="button" class="btn" data-do="again"')
    return _fault(label(key, *args, tag="p") + again)


def told(message: str) -> Parts:
    """The chain's own message to the user, e.g. that the question is empty."""
    return _fault(f"<p>{escape(message)}</p>")


def _fault(html: str) -> Parts:
    """A card that says only what went wrong: nothing stays of an answer that was growing."""
    return {
        "status": "",
        "body": f'<div class="fault" role="alert">{html}</div>',
        "sources": "",
        "note": "",
        "foot": "",
    }


def body(answer: Answer) -> str:
    """The text as paragraphs and lists, with each [n] a link to its quotation; numbers without one are dropped."""
    valid = {n: n for n in range(1, len(answer.quotes) + 1)}
    out: list[str] = []
    open_list = ""
    for line in answer.text.split("\n"):
        if not line.strip():
            continue
        kind, content = _kind(line)
        if kind != open_list:
            out.append(f"</{open_list}>" if open_list else "")
            out.append(f"<{kind}>" if kind else "")
            open_list = kind
        tag = "li" if kind else "p"
        number = _NUMBERED.match(line)
        value = f' value="{number[1]}"' if kind == "ol" and number else ""
        out.append(f"<{tag}{value}>{_inline(renumber(content, valid), answer)}</{tag}>")
    out.append(f"</{open_list}>" if open_list else "")
    return "".join(out)


def cite(number: int, quote: Quote) -> str:
    """The link behind a number. The address alone leads to the passage, so it can be opened in a new tab."""
    tip = f"{headline(quote.passage)}：{_short(quote.text, 60)}"
    address = f"?p={urlquote(quote.passage.id, safe='')}"
    return f'<a class="cite" href="{address}" data-n="{number}" {named("card.cite", number, tip)}>{number}</a>'


def sources(quotes: Sequence[Quote]) -> str:
    """The list of sources below the answer, one line a quotation."""
    if not quotes:
        return ""
    rows = "".join(
        f'<li><a class="src" href="?p={urlquote(q.passage.id, safe="")}" data-n="{n}">'
        f'<b class="num">{n}</b><span class="what"><span class="ttl">{escape(headline(q.passage))}</span>'
        f'<span class="meta">{_facts(q.passage)}</span></span></a></li>'
        for n, q in enumerate(quotes, 1)
    )
    count = f'<span class="count">{len(quotes)}</span>'
    return f'<h3 class="lbl">{label("card.sources")} {count}</h3><ol class="srcs">{rows}</ol>'


def near(answer: Answer) -> str:
    """The passages nearest to a question that was refused; they are offered to read, not as an answer."""
    hits = nearest(answer)
    if not hits:
        return ""
    rows = "".join(
        f'<li><a class="src near" href="?p={urlquote(h.passage.id, safe="")}" data-p="{escape(h.passage.id)}">'
        f'<span class="what"><span class="ttl">{escape(headline(h.passage))}</span>'
        f'<span class="snip">{escape(_short(h.passage.text, 76))}</span>'
        f'<span class="meta">{_facts(h.passage)}</span></span></a></li>'
        for h in hits
    )
    return f'<h3 class="lbl">{label("card.near")}</h3><ul class="srcs">{rows}</ul>'


def refusal(answer: Answer, scope: str) -> str:
    """What is said instead of an answer: that there is none, what was searched, what to try."""
    if answer.status is Status.FAILED_CHECK:
        title, lead = label("refuse.check", tag="h3"), label("refuse.check.lead", tag="p")
    else:
        where = label("refuse.searched", scope) if scope else label("refuse.searched", "@refuse.all")
        title, lead = label("refuse.title", tag="h3"), f"<p>{where}</p>"
    usual = answer.status is Status.NO_EVIDENCE and answer.reason.startswith("现有文件中没有找到")
    reason = f'<p class="why">{escape(answer.reason)}</p>' if answer.reason and not usual else ""
    return f'<div class="refusal">{title}{lead}{reason}{label("refuse.advice", tag="p")}</div>'


def note(answer: Answer, lost: int) -> str:
    """Caveats above the sources: a remark of the chain, quotations whose source is gone."""
    lines = [f"<p>{escape(answer.reason)}</p>"] if answer.reason else []
    if lost:
        lines.append(label("card.expired", lost, tag="p"))
    return "".join(lines) + removed(answer.sentences)


def removed(sentences: Sequence[Sentence]) -> str:
    """What a chat model wrote and the check took out, folded away, each sentence with the reason."""
    rows = "".join(
        f'<li><del>{escape(s.text)}</del><span class="why">{escape(s.why)}</span></li>'
        for s in sentences
        if s.verdict is Verdict.REMOVED and s.why != DECLINED
    )
    summary = label("card.removed", rows.count("<li>"), tag="summary")
    return f'<details class="taken">{summary}<ul>{rows}</ul></details>' if rows else ""


def status_done(answer: Answer) -> str:
    """The question as it was searched, when the conversation changed it."""
    return label("state.asSearched", answer.standalone) if answer.standalone else ""


def foot(answer: Answer) -> str:
    """The verified mark, who wrote the answer and how long it took."""
    parts = []
    if answer.quotes:
        mark = label("card.verified", len(answer.quotes))
        parts.append(f'<span class="ok" {named("card.verified.tip", attribute="title")}>{mark}</span>')
    if answer.status is not Status.ANSWERED:
        return f"<span>{seconds(answer.timings.total)}</span>" if answer.timings.total else ""
    counts = [(v, sum(s.verdict is v for s in answer.sentences)) for v in VERDICTS]
    parts += [f'<span class="vd {v}">{label(f"verdict.{v}.count", count)}</span>' for v, count in counts if count]
    own = answer.engine == "extractive"
    parts.append(label("card.engine.extractive") if own else label("card.engine.model"))
    if not own:
        parts.append(f"<span>{escape(answer.engine)}</span>")
    if answer.timings.total:
        parts.append(f"<span>{seconds(answer.timings.total)}</span>")
    return '<span class="dot" aria-hidden="true">·</span>'.join(parts)


def follow_ups(questions: Sequence[str]) -> str:
    """Questions that the documents can answer next."""
    if not questions:
        return ""
    chips = "".join(f'<li><button type="button" class="chip" data-ask>{escape(q)}</button></li>' for q in questions)
    return f'<h3 class="lbl">{label("card.follow")}</h3><ul class="chips">{chips}</ul>'


def seconds(milliseconds: float) -> str:
    """``0.3 s`` or ``12 s``; never a row of digits."""
    value = milliseconds / 1000
    return f"{value:.2f} s" if value < 0.1 else f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def _kind(line: str) -> tuple[str, str]:
    """The list a line belongs to ("", "ul", "ol") and the line without its bullet."""
    if _BULLET.match(line):
        return "ul", _BULLET.sub("", line)
    if _NUMBERED.match(line):
        return "ol", _NUMBERED.sub("", line)
    return "", _HEADING.sub("", line)


def _inline(text: str, answer: Answer) -> str:
    """One line: escaped, bold where **so**, the exact answer set off, markers as links, each sentence's verdict."""
    units = []
    quotes = answer.quotes
    for unit in cited_units(text):
        cited = [quotes[n - 1] for n in numbers(unit)]
        html = _BOLD.sub(r"<strong>\1</strong>", escape(unit, quote=False))
        for focus in [escape(q.focus, quote=False) for q in cited if q.focus and q.focus != q.text]:
            if "<strong" not in html:  # bold of the text itself wins; never cut into a tag
                html = html.replace(focus, f'<strong class="focus">{focus}</strong>', 1)
        links = partial(_kept_together, quotes=quotes, verdict=_verdict(unit, answer.sentences))
        units.append(_NUMBERS.sub(links, html))
    return "".join(units)


def _verdict(unit: str, sentences: Sequence[Sentence]) -> str:
    """The mark of what the check found of a sentence; "" for an extractive answer, which is verbatim throughout."""
    words = unit.strip()
    found = next((s.verdict for s in sentences if s.verdict in VERDICTS and s.text.endswith(words)), None)
    tip = f"verdict.{found}.tip"
    return f'<span class="vd {found}" role="img" {named(tip)} {named(tip, attribute="title")}></span>' if found else ""


def _kept_together(found: re.Match[str], quotes: Sequence[Quote], verdict: str) -> str:
    """The links with the character before them, so that a number never stands alone at the head of a line."""
    before, markers = found[1], found[2]
    links = "".join(cite(int(n), quotes[int(n) - 1]) for n in re.findall(r"\d+", markers)) + verdict
    return f'<span class="nb">{before}{links}</span>' if before else links


def _facts(passage: Passage) -> str:
    """Who, where and when; a date is never broken at its hyphens."""
    date = f'<span class="nb">{escape(passage.date)}</span>' if passage.date else ""
    return " · ".join(part for part in (escape(byline(passage)), escape(passage.publication), date) if part)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
