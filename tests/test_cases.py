"""The eval set: the shipped cases are sound, and each kind of defect is found."""

import json
from dataclasses import replace

import opencc
import pytest

from eval.cases import (
    MIN_CHAINS,
    Case,
    Exchange,
    Gold,
    Overlap,
    bigrams,
    case_from_json,
    case_to_json,
    counts,
    gold_spans,
    gold_text,
    load_cases,
    near_duplicates,
    overlap,
    overlap_by_kind,
    read_seeds,
    repeated_quotes,
    validate,
)
from rag.types import Span, WenjuError

FOLD = opencc.OpenCC("t2s").convert
TEXT = "工会改革永远在路上。今年8月中旬出台意见,提出13条\n\n举措。意见共13条。"

SOUND = Case(
    id="fact-001",
    kind="fact",
    question="意见是哪个月出台的？",
    answerable=True,
    answers=("8月中旬",),
    facts=(("8月", "八月"),),
    gold=(Gold("a.txt", "今年8月中旬出台意见"),),
)
REFUSED = Case("near_miss-001", "near_miss", "谁签发了这份文件？", answerable=False, note="没有签发人")
SECOND = Case(
    id="followup-01.2",
    kind="followup",
    question="几条？",
    answerable=True,
    history=(Exchange("意见什么时候出台？", "8月中旬。"),),
    standalone="意见提出了几条举措？",
    answers=("13条",),
    facts=(("13条",),),
    gold=(Gold("a.txt", "提出13条"), Gold("a.txt", "举措。")),
)
THIRD = replace(
    SECOND, id="followup-01.3", question="然后呢？", standalone="改革有没有尽头？", answers=("永远在路上",),
    facts=(("在路上",),), gold=(Gold("a.txt", "工会改革永远在路上"),),
    history=(*SECOND.history, Exchange("几条？", "13条。")),
)  # fmt: skip


@pytest.fixture
def seeds_dir(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def problems_of(*cases, seeds_dir):
    return validate(cases, seeds_dir, minimums={})


def test_sound_cases_have_no_problems(seeds_dir):
    assert problems_of(SOUND, REFUSED, SECOND, THIRD, seeds_dir=seeds_dir) == []


@pytest.mark.parametrize(
    ("defective", "problem"),
    [
        (replace(SOUND, id="Fact 1"), "id must read"),
        (replace(SOUND, kind="facts"), "unknown kind"),
        (replace(SOUND, question=" "), "question is empty"),
        (replace(SOUND, gold=()), "answerable without gold"),
        (replace(SOUND, answers=()), "answerable without gold, answers"),
        (replace(SOUND, answers=("",)), "empty string"),
        (replace(SOUND, facts=((),)), "empty string"),
        (replace(SOUND, kind="offtopic"), "offtopic cases are unanswerable"),
        (replace(SOUND, history=SECOND.history), "standalone and history go together"),
        (replace(SOUND, history=SECOND.history, standalone="意见是几月出台的？"), "only followup cases"),
        (replace(SOUND, gold=(Gold("b.txt", "今年8月"),)), "no such source 'b.txt'"),
        (replace(SOUND, gold=(Gold("a.txt", "今年８月中旬"),)), "the quote is not in a.txt"),
        (replace(SOUND, gold=(Gold("a.txt", "8月中旬出台意见,提出13条\n\n举措"),)), "must not cross a line break"),
        (replace(SOUND, alternatives=((Gold("a.txt", "意见共13条"),),)), "evidence 2 lacks the fact 8月/八月"),
        (replace(REFUSED, note=""), "without a note"),
        (replace(REFUSED, answers=("某人",)), "unanswerable, yet has"),
        (replace(SECOND, id="followup-01.4"), "1 exchanges before it do not fit its id"),
    ],
)
def test_each_defect_is_named(defective, problem, seeds_dir):
    found = problems_of(defective, seeds_dir=seeds_dir)
    assert any(line.startswith(f"{defective.id}: ") and problem in line for line in found), found


def test_repeated_ids_and_questions_are_named(seeds_dir):
    again = replace(SOUND, question="意见是哪个月出台的")
    assert problems_of(SOUND, again, seeds_dir=seeds_dir) == [
        "fact-001: the id is used 2 times",
        "fact-001 and fact-001: nearly the same question (similarity 1.00)",
    ]


def test_a_turn_must_continue_the_turn_before(seeds_dir):
    broken = replace(THIRD, history=(Exchange("另一个问题", "另一个回答"), THIRD.history[1]))
    assert problems_of(SECOND, broken, seeds_dir=seeds_dir) == [
        "followup-01.3: its history does not continue followup-01.2"
    ]


def test_a_paraphrase_may_not_repeat_the_text(seeds_dir):
    close = replace(SOUND, id="paraphrase-001", kind="paraphrase", question="今年8月中旬出台了什么？")
    far = replace(close, question="夏末发了哪份公文？")
    assert any("a paraphrase must not repeat" in line for line in problems_of(close, seeds_dir=seeds_dir))
    assert problems_of(far, seeds_dir=seeds_dir) == []


def test_traditional_wording_is_compared_folded():
    traditional = replace(SOUND, id="traditional-001", question="意見是哪個月出臺的？")
    assert near_duplicates([SOUND, traditional]) == []
    assert [(one.id, other.id) for one, other, _ in near_duplicates([SOUND, traditional], FOLD)] == [
        ("fact-001", "traditional-001")
    ]


def test_the_size_owed_is_reported(seeds_dir):
    found = validate([SOUND], seeds_dir)
    assert "only 1 cases, at least 260 are owed" in found
    assert "only 0 paraphrase cases, at least 55 are owed" in found


def test_every_place_of_a_quote_counts(seeds_dir):
    seeds = read_seeds(seeds_dir)
    assert gold_spans(Gold("a.txt", "工会改革"), seeds) == (Span(0, 4),)
    assert [TEXT[span.start : span.end] for span in gold_spans(Gold("a.txt", "13条"), seeds)] == ["13条", "13条"]
    assert gold_spans(Gold("a.txt", "没有"), seeds) == gold_spans(Gold("b.txt", "13条"), seeds) == ()
    repeated = replace(SOUND, gold=(Gold("a.txt", "13条"),))
    assert repeated_quotes([SOUND, repeated], seeds_dir) == ["fact-001: stands 2 times: 13条"]


def test_wording_overlap_by_hand():
    # 工人说了算: 工人 人说 说了 了算; the quote holds 工人 only: 1/4. 谁评: 谁评 is not there: 0. Mean 1/8.
    case = replace(SOUND, question="工人说了算", gold=(Gold("a.txt", "由工人评"),))
    other = replace(case, question="谁评")
    assert overlap(case) == 0.25
    assert overlap_by_kind([case, other, REFUSED]) == [Overlap("fact", 2, 0.125, 0.25)]
    assert bigrams("A股，涨") == {"a股", "股涨"}


def test_gold_is_read_without_pinyin_notes():
    assert (
        gold_text([Gold("a", "歷(lì)史(以下簡(jiǎn)稱(chēng)《史》)"), Gold("a", "在。")]) == "歷史(以下簡稱《史》)在。"
    )


def test_a_chain_is_never_split():
    turns = [replace(SECOND, id=f"followup-{chain:02d}.{turn}") for chain in range(30) for turn in (2, 3, 4)]
    assert len({(case.chain, case.split) for case in turns}) == 30
    assert {case.split for case in turns} == {"dev", "test"}


def test_json_goes_there_and_back():
    for case in (SOUND, REFUSED, SECOND, THIRD, replace(SOUND, alternatives=(SOUND.gold,))):
        assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case


def test_every_malformed_line_is_named(tmp_path):
    good = json.dumps(case_to_json(SOUND))
    bad = [
        "{",
        '{"id": "fact-2"}',
        good.replace("true", "1"),
        good.replace('"note"', '"n"')[:-1] + ', "colour": "red"}',
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join([good, *bad]), encoding="utf-8")
    with pytest.raises(WenjuError) as error:
        load_cases([path])
    for part in ("x.jsonl:2", "x.jsonl:3: missing keys", "x.jsonl:4: answerable must be", "unknown keys ['colour']"):
        assert part in str(error.value)
    with pytest.raises(WenjuError, match="no split 'train'"):
        load_cases([path], "train")


def test_the_shipped_set_is_sound():
    cases = load_cases()
    assert validate(cases, fold=FOLD) == []
    assert repeated_quotes(cases) == []


def test_the_shipped_set_splits_in_three_parts():
    cases, dev, test = load_cases(), load_cases(split="dev"), load_cases(split="test")
    assert sorted(case.id for case in cases) == sorted(case.id for case in (*dev, *test))
    assert 0.25 < len(test) / len(cases) < 0.42
    assert all(row["dev"] and row["test"] for row in counts(cases).values())
    assert len({case.chain for case in cases if case.history}) >= MIN_CHAINS
