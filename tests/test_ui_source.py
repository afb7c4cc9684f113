"""A quotation in its document: the marked characters are the quotation, in the cleaned text and in the file."""

from __future__ import annotations

import re
from html import unescape

import pytest

from rag.types import CleanText, Passage, PassageKind, Question, Repair, Source, Span
from tests.browser.scripted import ScriptedChain, ScriptedLibrary, shelf
from ui import shelf as shelving
from ui.engine import Engine
from ui.source_view import Marked, article_view, origins_of, raw_view
from ui.suggest import Suggestions


def marked(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.S))))


def mended() -> tuple[CleanText, Passage]:
    """``來(lái)源`` is read as 來源 and a wrong 曰 as 日; a line break and a column break are gone."""
    raw = "首段\n來(lái)源:工人曰\n报<b>讯\n【广告】\n后半句。"
    kept = [i for i in range(len(raw)) if i not in range(4, 9) and raw[i] != "\n"]
    fixed = raw.index("曰")
    text = "".join("日" if i == fixed else raw[i] for i in kept)
    clean = CleanText(
        Source("m.txt", "m.txt", raw, "0"), text, tuple(kept), (Repair(Span(fixed, fixed + 1), "日", ""),)
    )
    spans = (Span(3, raw.index("讯") + 1), Span(raw.index("后"), len(raw)))
    return clean, Passage("p", "a", "m.txt", 0, "來源:工人日报<b>讯后半句。", spans)


def test_the_mark_is_the_quotation_in_both_views() -> None:
    clean, passage = mended()
    assert len(origins_of(passage, clean)) == len(passage.text)
    quoted = Marked("p", passage.spans, "")
    assert marked(article_view([passage], clean, quoted)) == passage.text
    assert marked(raw_view(clean, passage, quoted)) == passage.text.replace("日", "曰")


def test_repairs_and_the_cut_are_shown_and_text_is_escaped() -> None:
    clean, passage = mended()
    html = article_view([passage], clean, Marked("p", passage.spans, "后半"))
    assert html.count('class="cut"') == 1
    assert "原文件作“曰”" in html
    assert "&lt;b&gt;" in html
    assert "<b>讯" not in html
    assert '<b class="focus">后半</b>' in html


def test_a_moved_passage_is_shown_without_a_mark() -> None:
    clean, passage = mended()
    moved = Passage("p", "a", "m.txt", 0, "别的文字", passage.spans)
    assert origins_of(moved, clean) == []
    assert "<mark" not in article_view([moved], clean, Marked("p", passage.spans))


def test_a_place_tells_who_where_and_which_paragraph() -> None:
    library = shelf()
    passage = next(p for p in library.passages("000_1fe59509d8252147.txt") if p.kind is PassageKind.PARAGRAPH)
    place = shelving.place_of(library, passage.id, passage.spans, passage.text, "")
    assert place["matches"]
    assert place["byline"] == "马璐（全国总工会）"
    assert place["paragraph"] == 1
    assert place["reference"].endswith("[N]. 工人日报, 2023-01-01(3).")
    assert marked(place["html"]) == passage.text == marked(place["raw"])


def test_a_quotation_that_no_longer_fits_is_not_marked() -> None:
    library = shelf()
    passage = library.passages("000_1fe59509d8252147.txt")[3]
    place = shelving.place_of(library, passage.id, passage.spans, "改过的文字", "")
    assert not place["matches"]
    assert "<mark" not in place["html"] + place["raw"]
    outside = shelving.place_of(library, passage.id, [Span(0, 5)], "xxxxx", "")
    assert not outside["matches"]


def test_a_cut_passage_has_two_places() -> None:
    library = shelf()
    passage = next(p for p in library.passages("broken.txt") if len(p.spans) > 1)
    place = shelving.place_of(library, passage.id, passage.spans, passage.text, "")
    assert place["joined"]
    assert place["pieces"] == 2
    assert marked(place["raw"]) == passage.text


def test_documents_are_listed_and_read_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "PAGE", 10)
    library = shelf()
    row = shelving.rows(library)[0]
    assert row["publication"] == "工人日报"
    first = shelving.reading(library, row["id"])
    assert first["next"] == 10
    assert first["outline"]
    assert shelving.reading(library, row["id"], 10)["outline"] == []


def suggestions(library: ScriptedLibrary, *, busy: bool = False) -> Suggestions:
    engine = Engine(lambda: ScriptedChain(library))
    engine.start()
    engine.wait(5)
    return Suggestions(engine, lambda: busy)


def test_suggestions_are_tried_out_unless_somebody_waits() -> None:
    library = shelf(hostile=False)
    found = suggestions(library).examples()
    assert found
    assert len(set(found)) == len(found)
    assert suggestions(library, busy=True).examples() == []
    assert suggestions(ScriptedLibrary([])).examples() == []


def test_follow_ups_are_not_what_was_just_asked() -> None:
    offered = suggestions(shelf(hostile=False))
    *_, answer = offered.engine.chain.stream(Question("产业工人队伍"))
    first = offered.follow_ups(answer)
    assert first
    assert len(first) <= 3
    *_, again = offered.engine.chain.stream(Question(first[0]))
    assert first[0] not in offered.follow_ups(again)
