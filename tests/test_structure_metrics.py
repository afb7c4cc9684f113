"""The structure measures on pages small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.structure_metrics import Score, Share, Tally, authors_agree, joins, plain, role_agrees, score
from eval.truth import Block, Enumeration, Seam, Series, TrueArticle, TrueItem, TrueList, Truth, load_truth
from rag.types import Article, CleanText, OutlineItem, Passage, PassageKind, Reading, Source, Span

#                 甲报题 0–3, 甲说一 4–7, 甲说二 8–11, 乙报题 12–15, 乙说一 16–19, 乙说二 20–23
PAGE = "甲报题\n甲说一\n甲说二\n乙报题\n乙说一\n乙说二\n"


def line(number: int) -> Span:
    """Line ``number`` of PAGE, without its end."""
    return Span(4 * number, 4 * number + 3)


def lines(*numbers: int) -> tuple[Span, ...]:
    return tuple(line(number) for number in numbers)


def true_article(name: str, *numbers: int, **facts) -> TrueArticle:
    blocks = tuple(Block("title" if at == 0 else "paragraph", (line(n),)) for at, n in enumerate(numbers))
    known = {"titles": ("",), "author_sets": (frozenset(),), "roles": ("",), "blocks": blocks} | facts
    return TrueArticle(id=name, **known)


def truth(*articles: TrueArticle, series=(), lists=(), enumerations=()) -> Truth:
    return Truth("page", articles, series, lists, enumerations)


TWO = truth(true_article("甲", 0, 1, 2), true_article("乙", 3, 4, 5))


def clean(raw: str) -> CleanText:
    return CleanText(Source("page", "page", raw, ""), raw, tuple(range(len(raw))))


def reading(articles=(), passages=(), outline=(), raw: str = PAGE) -> Reading:
    return Reading(clean(raw), tuple(articles), tuple(passages), tuple(outline))


def article(*spans: Span, title: str = "", author: str = "", role: str = "") -> Article:
    return Article(f"a{spans[0].start}", "page", title, author, role, (), spans)


def passage(text: str, *spans: Span, kind=PassageKind.PARAGRAPH, interrupted: bool = False) -> Passage:
    return Passage("p", "a", "page", 0, text, spans, kind=kind, interrupted=interrupted)


def test_tally_and_share_arithmetic():
    one = Tally(hits=3, predicted=4, owed=6)  # P = 3/4, R = 3/6, F1 = 2·3 / (4 + 6)
    assert (one.precision, one.recall, one.f1) == (0.75, 0.5, 0.6)
    assert one + Tally(1, 1, 1) == Tally(4, 5, 7)
    assert (Tally().precision, Tally().recall, Tally().f1, Share().value) == (1, 1, 1, 1)
    assert (Share(1, 2) + Share(0.5, 1)).value == 0.5


def test_a_perfect_reading_has_no_faults():
    result = score(TWO, reading([article(*lines(0, 1, 2)), article(*lines(3, 4, 5))]))
    assert result.articles == Tally(6, 6, 6)
    assert (result.order.value, result.successors.value, result.attribution.value) == (1, 1, 1)
    assert result.faults == ()


def test_a_paragraph_in_the_wrong_article_costs_one_hit():
    # 甲 has lines 0, 1; the other article has 2–5. Blocks 0, 1, 3, 4, 5 are at home: 5 hits of 6 filed, 6 owed.
    # Order of 甲: its pair (1, 2) is broken, 0 of 1; of 乙: 1 of 1; mean 1/2.
    result = score(TWO, reading([article(*lines(0, 1)), article(*lines(2, 3, 4, 5))]))
    assert result.articles == Tally(5, 6, 6)
    assert result.order == Share(1, 2)
    assert any("甲说二" in fault and "belongs to 甲" in fault for fault in result.faults)


def test_one_article_for_all_is_paired_once():
    # Both true articles share 9 characters with it; it stands for the first, so the 3 blocks of 乙 are misfiled.
    result = score(TWO, reading([article(*lines(0, 1, 2, 3, 4, 5))]))
    assert result.articles == Tally(3, 6, 6)


def test_an_invented_article_costs_its_blocks():
    # 乙's last paragraph stands alone as a third article: 5 hits, 6 filed, 6 owed.
    result = score(TWO, reading([article(*lines(0, 1, 2)), article(*lines(3, 4)), article(*lines(5))]))
    assert result.articles == Tally(5, 6, 6)


def test_text_in_no_article_lowers_recall_only():
    result = score(TWO, reading([article(*lines(0, 1, 2)), article(*lines(3, 4))]))
    assert result.articles == Tally(5, 5, 6)


def test_labels_and_series_headings_may_be_furniture_but_not_misfiled():
    labelled = TrueArticle("甲", ("",), (frozenset(),), ("",), (Block("label", lines(0)), Block("paragraph", lines(1))))
    both = truth(labelled, true_article("乙", 3, 4), series=(Series(lines(2), frozenset({"乙"})),))
    loose = score(both, reading([article(*lines(1)), article(*lines(3, 4))]))
    assert loose.articles == Tally(3, 3, 3)
    at_home = score(both, reading([article(*lines(0, 1)), article(*lines(2, 3, 4))]))
    assert at_home.articles == Tally(3, 3, 3)
    # Label in 乙 and series heading in 甲: two more blocks filed, both wrong.
    misfiled = score(both, reading([article(*lines(1, 2)), article(*lines(0, 3, 4))]))
    assert misfiled.articles == Tally(3, 5, 3)


def test_order_counts_pairs_and_neighbours():
    # Truth 1 2 4 5, reading 1 4 2 5: of 6 pairs only (2, 4) is turned, 5/6; of 3 neighbours none stayed, since
    # 4 follows 1, 2 follows 4, 5 follows 2.
    whole = truth(true_article("甲", 0, 1, 2, 4, 5))
    result = score(whole, reading([article(*lines(0, 1, 4, 2, 5))]))
    assert result.order == Share(5 / 6, 1)
    assert result.successors == Share(0, 3)


def test_facts_are_two_an_article_and_titles_where_printed():
    true = truth(
        true_article("甲", 0, 1, titles=("甲报 题", "报题"), author_sets=(frozenset({"马璐"}),), roles=("总会主席",)),
        true_article("乙", 3, 4),
    )
    good = [
        article(*lines(0, 1), title="报题", author="马 璐", role="(作者系总会主席)"),
        article(*lines(3, 4), title="?"),
    ]
    assert score(true, reading(good)).titles == Share(1, 1)  # 乙 has no printed title: any is accepted
    assert score(true, reading(good)).attribution == Share(4, 4)
    # 甲 loses its role, 乙 is given an author: 2 of 4.
    bad = [article(*lines(0, 1), title="甲", author="马璐"), article(*lines(3, 4), author="马璐")]
    assert score(true, reading(bad)).titles == Share(0, 1)
    assert score(true, reading(bad)).attribution == Share(2, 4)


def test_an_article_that_was_not_found_has_no_facts_right():
    assert score(TWO, reading([article(*lines(0, 1, 2))])).attribution == Share(2, 4)


@pytest.mark.parametrize("role", ["总会主席", "(作者系总会主席)", "(作者单位:总会主席)", "作者系 总会主席", "本报记者"])
def test_roles_bare_or_in_their_note(role):
    assert role_agrees(true_article("甲", 0, roles=("总会主席", "记者")), role)


def test_roles_and_authors_that_differ():
    true = true_article("甲", 0, roles=("总会主席",), author_sets=(frozenset({"甲", "乙"}), frozenset()))
    assert not role_agrees(true, "总会副主席")
    assert not role_agrees(true, "")
    assert authors_agree(true, "乙、甲") and authors_agree(true, "")
    assert not authors_agree(true, "甲")
    assert plain("保持 工会！") == plain("保持工会!")


def test_a_join_is_a_line_break_that_the_passage_does_not_show():
    both = Span(4, 11)  # 甲说一\n甲说二
    assert list(joins(passage("甲说一甲说二", *lines(1, 2)), reading())) == [(6, 8)]
    assert list(joins(passage("甲说一甲说二", both), reading())) == [(6, 8)]
    assert list(joins(passage("甲说一\n甲说二", both), reading())) == []
    assert list(joins(passage("甲说一", line(1)), reading())) == []
    assert list(joins(passage("甲说一甲报题", *lines(1, 0)), reading())) == [(6, 0)]  # the continuation stands above


def test_a_passage_that_shows_other_characters_than_its_spans_is_refused():
    with pytest.raises(ValueError, match="shows 2 characters, its spans hold 3"):
        list(joins(passage("甲说", line(1)), reading()))


def sewn(*seams: Seam) -> Truth:
    block = Block("paragraph", lines(1, 2), seams)
    return truth(TrueArticle("甲", ("",), (frozenset(),), ("",), (block,)))


def test_stitches_by_distance():
    page = sewn(Seam(6, 8, "adjacent"), Seam(10, 20, "far"), Seam(14, 16, "adjacent-sentence"))
    # Joined: 1|2 (true, adjacent), 3|4 (a sentence seam: neither), 4|5 (false, adjacent), 5|0 (false, far).
    # Adjacent: 1 hit, 2 predicted, 1 owed. Far: 0 hits, 1 predicted, 1 owed.
    found = [
        passage("甲说一甲说二", *lines(1, 2)),
        passage("乙报题乙说一乙说二甲报题", *lines(3, 4, 5, 0)),
    ]
    result = score(page, reading(passages=found))
    assert result.adjacent == Tally(1, 2, 1)
    assert result.far == Tally(0, 1, 1)
    assert result.stitches == Tally(1, 3, 2)
    assert result.faults[-3:] == (
        "far seam not joined: ¶甲说一¶甲说二|乙说二¶",
        "false adjacent join: ¶乙报题¶乙说一|乙说二¶",
        "false far join: ¶乙说一¶乙说二|甲报题¶甲说一¶",
    )


def test_lines_of_a_list_passage_and_of_a_title_are_no_stitches():
    page = sewn(Seam(6, 8, "adjacent"))
    shown = [
        passage("甲说一甲说二", *lines(1, 2), kind=PassageKind.LIST),  # a true seam counts in a list too
        passage("乙说一乙说二", *lines(4, 5), kind=PassageKind.LIST),  # but two lines of a list are no false join
        passage("甲报题乙报题", *lines(0, 3), kind=PassageKind.TITLE),
    ]
    assert score(page, reading(passages=shown)).stitches == Tally(1, 1, 1)


def test_interrupted_marks():
    block = Block("paragraph", lines(2), interrupted=True)
    page = truth(TrueArticle("甲", ("",), (frozenset(),), ("",), (block, Block("paragraph", lines(4)))))
    right = score(page, reading(passages=[passage("甲说二", line(2), interrupted=True)]))
    assert right.interrupted == Tally(1, 1, 1)
    wrong = score(page, reading(passages=[passage("乙说一", line(4), interrupted=True)]))
    assert wrong.interrupted == Tally(0, 1, 1)


#       一是甲乙;二是丙丁。 : 一 0, 二 5, end 10
LIST = "一是甲乙;二是丙丁。\n六大平台\n- 戊\n"


def item(at: int, end: int, marker: str, number: int, parent: str = "", name: str = "", announced: int = 0):
    return OutlineItem(name or f"i{at}", "a", parent, at, marker, number, (Span(at, end),), announced,
                       "六大平台" if announced else "")  # fmt: skip


def listed(**facts) -> Truth:
    given = {"parent": None, "announced": 0, "announced_as": ""} | facts
    items = (TrueItem("一是", 1, 0, 5), TrueItem("二是", 2, 5, 10))
    one = TrueList("甲", items=items, **given)
    dash = TrueList("甲", None, 0, "", (TrueItem("-", 0, 18, 19),))
    block = Block("paragraph", (Span(0, 10),))
    holder = TrueArticle("甲", ("",), (frozenset(),), ("",), (block,))
    return truth(holder, lists=(one, dash), enumerations=(Enumeration("甲", 6, "六大平台", ()),))


def test_items_by_start_and_number():
    # Found: 一是 (right to the full stop or not), 二是 numbered 3 (wrong), the bullet from its dash; 1 invented at 丙.
    # 2 hits, 4 predicted, 3 owed. Ends: 一是 may stop before ";", the bullet after 戊: 2 of 2.
    outline = [item(0, 4, "一是", 1), item(5, 10, "二是", 3), item(16, 19, "-", 0), item(7, 10, "三是", 3)]
    result = score(listed(), reading(outline=outline, raw=LIST))
    assert result.items == Tally(2, 4, 3)
    assert result.extents == Share(2, 2)
    assert result.nesting == Share(2, 2)


def test_headings_and_introductions_are_not_items():
    outline = [item(0, 10, "", 0, name="root"), item(0, 5, "一是", 1, "root"), item(5, 8, "二是", 2, "root")]
    result = score(listed(), reading(outline=outline, raw=LIST))
    assert result.items == Tally(2, 2, 3)  # the bullet is missing
    assert result.extents == Share(1, 2)  # 二是丙 stops before 丁
    assert result.nesting == Share(2, 2)  # a parent without a marker is no item


def test_announced_counts_stand_on_the_parent():
    outline = [item(0, 10, "", 0, name="root", announced=6), item(0, 5, "一是", 1, "root")]
    result = score(listed(announced=6, announced_as="六大平台"), reading(outline=outline, raw=LIST))
    assert result.announced == Share(1, 1)
    assert result.enumerations == Share(1, 1)
    bare = score(listed(announced=6, announced_as="六大平台"), reading(outline=[item(0, 5, "一是", 1)], raw=LIST))
    assert bare.announced == Share(0, 1)
    assert bare.enumerations == Share(0, 1)


def test_scores_add_up():
    both = Score(items=Tally(1, 2, 3), faults=("a",)) + Score(items=Tally(1, 1, 1), faults=("b",))
    assert both.items == Tally(2, 3, 4)
    assert both.faults == ("a", "b")


REPO = Path(__file__).parents[1]
FILES = sorted((REPO / "tests/data/structure").glob("*.toml"))


def read_from(true: Truth, raw: str) -> Reading:
    """The reading a careful person would have typed in."""
    articles, passages, outline = [], [], []
    for one in true.articles:
        spans = tuple(span for block in one.blocks for span in block.spans)
        author = "、".join(sorted(one.author_sets[0]))
        articles.append(Article(one.id, "page", one.titles[0], author, one.roles[0], (), spans))
        for block in one.blocks:
            text = "".join(raw[span.start : span.end] for span in block.spans)
            kind = PassageKind.PARAGRAPH if block.kind == "paragraph" else PassageKind.TITLE
            passages.append(passage(text, *block.spans, kind=kind, interrupted=block.interrupted))
    for one in true.lists:
        root = f"root{len(outline)}"
        if one.parent is None:
            outline.append(item(one.items[0].start, one.items[0].start + 1, "", 0, "", root, one.announced))
        for got in one.items:
            above = root if one.parent is None else f"i{one.parent}"
            outline.append(item(got.start, got.end or got.start + 9, got.marker, got.number, above))
    return Reading(clean(raw), tuple(articles), tuple(passages), tuple(outline))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:3])
def test_the_truth_itself_gets_full_marks(path):
    raw = (REPO / "seeds" / f"{path.stem}.txt").read_bytes().decode("utf-8")
    true = load_truth(path, raw)
    result = score(true, read_from(true, raw))
    counted = [fault for fault in result.faults if not fault.startswith("announced")]
    assert counted == []
    assert (result.articles.f1, result.order.value, result.stitches.f1, result.items.f1) == (1, 1, 1, 1)
    assert result.articles.owed > 10
