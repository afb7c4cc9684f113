"""Answer -> HTML: every number leads to its quotation, and nothing that came from outside is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.answer.draft import DECLINED
from rag.types import Answer, Hit, Passage, PassageKind, Quote, Sentence, Span, Status, Timings, Verdict
from ui import render
from ui.reference import gbt7714, named, paragraph_number
from ui.text import LANGUAGES, TEXT, label, say

EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


def passage(text: str = "甲乙丙丁。", **facts: object) -> Passage:
    values = {"title": "题名", "author": "马璐", "author_role": "记者", "publication": "工人日报", "date": "2023-01-09"}
    return Passage("p1", "a1", "s.txt", 0, text, (Span(10, 10 + len(text)),), **(values | facts))


def quote(text: str = "甲乙丙丁。", focus: str = "", **facts: object) -> Quote:
    return Quote(passage(text, **facts), text, (Span(10, 10 + len(text)),), 1.0, focus)


def answer(text: str, quotes: tuple[Quote, ...], **values: object) -> Answer:
    return Answer("问？", text, quotes, (), values.pop("status", Status.ANSWERED), **values)


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_each_number_is_a_link_to_its_quotation() -> None:
    html = render.body(answer("甲[1]。乙[2]。", (quote(), quote(author="乙"))))
    assert [(a["data-n"], a["href"]) for t, a in Tags(html).seen if t == "a"] == [("1", "?p=p1"), ("2", "?p=p1")]
    assert Tags(html).words == "甲1。乙2。"


@pytest.mark.parametrize("marker", ["[9]", "【9】", "[0]", "[1-9]", "[2024]"])
def test_a_number_without_a_quotation_is_no_link(marker: str) -> None:
    html = render.body(answer(f"甲[1]。乙{marker}。", (quote(),)))
    assert {a["data-n"] for t, a in Tags(html).seen if t == "a"} == {"1"}


def test_each_sentence_of_a_model_shows_its_verdict() -> None:
    said = (
        Sentence("- 甲乙丙丁。[1]", Verdict.VERBATIM),
        Sentence("大意如此。[1][2]", Verdict.SUPPORTED),
        Sentence("并非如此。", Verdict.REMOVED, "原文没有"),
        Sentence("没有找到。", Verdict.REMOVED, DECLINED),
    )
    whole = answer("- 甲乙丙丁。[1]\n大意如此。[1][2]", (quote(), quote()), sentences=said, engine="m")
    signs = [a["class"] for t, a in Tags(render.body(whole)).seen if "vd" in (a.get("class") or "")]
    assert signs == ["vd verbatim", "vd supported"]
    note = Tags(render.note(whole, 0))
    assert "并非如此。" in note.words
    assert "原文没有" in note.words
    assert "没有找到。" not in note.words
    assert "转述 1 句" in render.foot(whole)
    assert 'class="vd' not in render.body(answer("甲乙丙丁。[1]", (quote(),)))


def test_a_model_whose_every_sentence_fell_still_shows_what_fell() -> None:
    said = (Sentence("并非如此。", Verdict.REMOVED, "原文没有"),)
    refused = answer("", (), status=Status.FAILED_CHECK, sentences=said, engine="m")
    assert "并非如此。" in render.card(refused)["note"]


def test_nothing_from_outside_becomes_markup() -> None:
    hostile = quote(EVIL, focus=EVIL[:10], title=EVIL, author=EVIL, publication=EVIL, date=EVIL)
    whole = answer(f"{EVIL}[1] **{EVIL}** [x](javascript:1)", (hostile,), reason=EVIL, engine=EVIL, standalone=EVIL)
    refused = Answer(EVIL, "", (), (Hit(hostile.passage, 1.0),), Status.NO_EVIDENCE, reason=EVIL)
    for parts in (
        render.card(whole),
        render.card(refused, scope=EVIL),
        render.told(EVIL),
        {"follow": render.follow_ups([EVIL])},
    ):
        tags = Tags("".join(parts.values()))
        assert not {t for t, _ in tags.seen} & {"img", "script", "iframe", "form"}
        assert not [a for _, a in tags.seen if any(name.startswith("on") for name in a)]
        assert all((a.get("href") or "?").startswith("?") for _, a in tags.seen)


def test_lists_paragraphs_and_bold() -> None:
    html = render.body(answer("结论：\n1. 一[1]\n2. 二[1]\n- 三\n**重**点", (quote(),)))
    shape = re.sub(r"<a.*?</a>|<span class=.nb.>|</span>", "", html)
    assert shape == (
        '<p>结论：</p><ol><li value="1">一</li><li value="2">二</li></ol><ul><li>三</li></ul>'
        "<p><strong>重</strong>点</p>"
    )


def test_the_exact_answer_is_set_off_inside_its_own_sentence() -> None:
    html = render.body(answer("共有七艘渡船[1]。七艘", (quote("共有七艘渡船", focus="七艘"),)))
    assert html.count('<strong class="focus">七艘</strong>') == 1
    assert html.index("focus") < html.index("data-n")


def test_growing_shows_only_the_sources_cited_so_far() -> None:
    parts = render.growing(answer("甲[1]。", (quote(), quote())), 20, 1)
    assert parts["sources"].count("<li>") == 1
    assert "20" in parts["status"]


def test_the_nearest_are_paragraphs_where_there_are_any() -> None:
    title = Hit(replace(passage("题名"), kind=PassageKind.TITLE), 2.0)
    refused = answer("", (), status=Status.NO_EVIDENCE)
    assert "题名" in render.near(replace(refused, hits=(title,)))
    assert render.near(replace(refused, hits=(title, Hit(passage(), 1.0)))).count("<li>") == 1


def test_a_refusal_says_what_was_searched_and_shows_the_nearest() -> None:
    refused = Answer("问？", "", (), tuple(Hit(passage(), 1.0) for _ in range(9)), Status.NO_EVIDENCE)
    parts = render.card(refused, scope="工人日报")
    assert "工人日报" in parts["body"]
    assert parts["sources"].count("<li>") == 3
    assert "data-n" not in "".join(parts.values())
    assert "已核对" not in parts["foot"]


def test_the_verified_mark_counts_quotations() -> None:
    parts = render.card(answer("甲[1]", (quote(),), timings=Timings(total=1234)))
    assert "已核对 1 处引文" in parts["foot"]
    assert "1.2 s" in parts["foot"]


def test_references_follow_the_standard() -> None:
    from rag.types import Article, Source

    source = Source("s.txt", "s.txt", "raw", "0", "题名", "工人日报", "2023-01-09", "3", "newspaper")
    article = Article("a1", "s.txt", "深化改革担使命", "马璐、王敏")
    assert gbt7714(source, article) == "马璐, 王敏. 深化改革担使命[N]. 工人日报, 2023-01-09(3)."
    assert gbt7714(Source("s.txt", "s.txt", "raw", "0", "讲话"), None) == "佚名. 讲话[Z]."
    assert named("《论述摘编》", "") == "《论述摘编》"
    assert paragraph_number(passage(), [passage()]) == 1


def test_every_text_is_there_in_three_languages_with_the_same_places() -> None:
    for key, row in TEXT.items():
        assert len(row) == len(LANGUAGES)
        assert all(row), key
        assert len({tuple(sorted(set(re.findall(r"\{\d\}", text)))) for text in row}) == 1, key


def test_the_page_uses_only_texts_that_exist() -> None:
    from pathlib import Path

    used = set()
    for path in Path(render.__file__).parent.rglob("*.*"):
        if path.suffix in (".js", ".py") and path.name != "text.py":
            names = {key.split(".")[0] for key in TEXT if "." in key}
            used |= {
                k for k in re.findall(r"['\"]([a-z]+\.[a-zA-Z.]+)['\"]", path.read_text("utf-8"))
                if k.split(".")[0] in names and not k.endswith((".py", ".js", ".css", ".svg", ".sqlite"))
            }  # fmt: skip
    assert used
    assert not {k for k in used if k not in TEXT and not k.startswith("chat.completion")}  # OpenAI's words


def test_arguments_may_name_other_texts() -> None:
    assert say("refuse.searched", "@refuse.all", lang="en").startswith("Searched all documents")
    assert 'data-a0="&lt;b&gt;"' in label("panel.count", "<b>", 2)
