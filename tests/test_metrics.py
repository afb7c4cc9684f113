"""Every figure worked out by hand beside the call that computes it."""

from __future__ import annotations

import math

import pytest

from eval import metrics, stats, textual
from eval.metrics import marks
from rag.types import Span


def place(start: int, end: int, source: str = "a.txt") -> metrics.Marks:
    return marks(source, [Span(start, end)])


def gold(start: int, end: int, source: str = "a.txt") -> metrics.Target:
    return (place(start, end, source),)


def test_coverage_is_the_share_of_gold_characters():
    # gold 10..20, found 15..40: characters 15..19 are shared, 5 of 10
    assert metrics.coverage(place(10, 20), place(15, 40)) == 0.5
    assert metrics.coverage(place(10, 20), place(10, 20, "b.txt")) == 0.0
    with pytest.raises(ValueError, match="gold"):
        metrics.coverage(frozenset(), place(0, 1))


def test_half_counts_and_less_does_not():
    assert metrics.counts(gold(10, 20), place(15, 40))
    assert not metrics.counts(gold(10, 20), place(16, 40))


def test_a_quote_printed_twice_is_found_at_either_place():
    twice = (place(0, 10), place(100, 110))
    assert metrics.counts(twice, place(100, 110))
    # but half of one place and half of the other are not half of either when each is under half
    assert not metrics.counts(twice, place(0, 4) | place(100, 104))


def test_two_spans_of_one_passage_are_one_set():
    assert len(marks("a.txt", [Span(0, 3), Span(5, 7), Span(6, 8)])) == 3 + 3


def test_recall_counts_gold_quotes_not_hits():
    golds = [gold(0, 10), gold(50, 60)]
    hits = [place(200, 300), place(0, 20), place(40, 70)]
    assert metrics.recall_at(golds, hits, 1) == 0.0
    assert metrics.recall_at(golds, hits, 2) == 0.5
    assert metrics.recall_at(golds, hits, 5) == 1.0
    assert metrics.success_at(golds, hits, 1) == 0.0
    assert metrics.success_at(golds, hits, 2) == 1.0
    assert metrics.recall_at(golds, [], 5) == 0.0


def test_one_hit_may_hold_both_gold_quotes():
    assert metrics.recall_at([gold(0, 10), gold(50, 60)], [place(0, 100)], 1) == 1.0


def test_mrr_and_ndcg():
    # first good hit is second: RR = 1/2. Two relevant documents, found at ranks 2 and 3:
    # DCG = 1/log2(3) + 1/log2(4); IDCG = 1/log2(2) + 1/log2(3)
    golds = [gold(0, 10), gold(50, 60)]
    hits = [place(200, 300), place(0, 20), place(40, 70)]
    figures = metrics.ranking_metrics({"q": metrics.judged(golds, hits)})["q"]
    assert figures["mrr@10"] == pytest.approx(0.5)
    dcg = 1 / math.log2(3) + 1 / math.log2(4)
    assert figures["ndcg@10"] == pytest.approx(dcg / (1 + 1 / math.log2(3)))


def test_a_hit_that_only_repeats_found_gold_is_irrelevant():
    # gold found at rank 1; rank 2 repeats it; the second gold is missing: DCG = 1, IDCG = 1 + 1/log2(3)
    golds = [gold(0, 10), gold(50, 60)]
    relevant, ranking = metrics.judged(golds, [place(0, 10), place(0, 12)])
    assert relevant == {"hit0": 1, "missing1": 1}
    figures = metrics.ranking_metrics({"q": (relevant, ranking)})["q"]
    assert figures["ndcg@10"] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert figures["mrr@10"] == 1.0


def test_hits_beyond_the_tenth_do_not_count():
    hits = [place(1000 * n, 1000 * n + 5) for n in range(1, 11)] + [place(0, 10)]
    figures = metrics.ranking_metrics({"q": metrics.judged([gold(0, 10)], hits)})["q"]
    assert figures == {"mrr@10": 0.0, "ndcg@10": 0.0}


def test_a_case_without_hits_gets_zero_not_nothing():
    figures = metrics.ranking_metrics({"q": metrics.judged([gold(0, 10)], [])})
    assert figures == {"q": {"mrr@10": 0.0, "ndcg@10": 0.0}}
    assert metrics.ranking_metrics({}) == {}


def test_citation_recall_takes_the_quotes_together():
    # gold 0..10 is covered 4 + 3 = 7 of 10 by two quotes; gold 50..60 not at all
    assert metrics.citation_recall([gold(0, 10), gold(50, 60)], [place(0, 4), place(7, 10)]) == 0.5
    assert metrics.citation_recall([gold(0, 10)], []) == 0.0


def test_citation_precision_is_per_sentence():
    golds = [gold(0, 10)]
    quotes = [place(0, 10), place(500, 510)]
    # sentence 1 cites good evidence: 1. Sentence 2 cites good and bad: 1/2. Sentence 3 has no marker: 0. Mean 0.5
    assert metrics.citation_precision(golds, "甲。[1]乙。[1][2]丙。", quotes) == pytest.approx(0.5)
    # a marker that leads nowhere is no evidence
    assert metrics.citation_precision(golds, "甲。[1]乙。[7]", quotes) == pytest.approx(0.5)
    assert metrics.citation_precision(golds, "", quotes) == 0.0


def test_a_part_of_a_long_gold_quote_is_evidence():
    # 20 of 100 gold characters: not half of gold, but all of the quote lies in gold
    assert metrics.supports([gold(0, 100)], place(10, 30))
    assert not metrics.supports([gold(0, 100)], place(90, 130))
    assert not metrics.supports([gold(0, 100)], frozenset())


def test_agreement():
    # shared 5..10 = 5 characters, together 0..15 = 15
    assert metrics.agreement(place(0, 10), place(5, 15)) == pytest.approx(1 / 3)
    assert metrics.agreement(frozenset(), frozenset()) == 1.0
    assert metrics.agreement(place(0, 10), frozenset()) == 0.0


def test_completeness_over_scripts_blanks_and_marks():
    facts = [["13条", "十三条"], ["产业工人"], ["北京"]]
    # 13條 and 產業工人 in Traditional and with blanks: found; 北京: not. 2 of 3
    assert textual.completeness("共 13 條，《產業\n工人》", facts) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="fact"):
        textual.completeness("甲", [])


def test_char_f1():
    # 甲乙丙 against 甲乙丁戊: 2 shared, 2*2 / (3 + 4)
    assert textual.char_f1("甲乙丙", "甲，乙丁戊。") == pytest.approx(4 / 7)
    # a repeated character counts as often as both have it: 1 shared, 2*1 / (3 + 1)
    assert textual.char_f1("甲甲甲", "甲") == pytest.approx(0.5)
    assert textual.char_f1("", "甲") == 0.0


def test_rouge_l():
    # longest common subsequence of 甲乙丙丁 and 甲丙乙丁 is 3 (甲乙丁 or 甲丙丁): 2*3 / 8
    assert textual.rouge_l("甲乙丙丁", "甲丙乙丁") == pytest.approx(0.75)
    assert textual.rouge_l("", "") == 0.0


def test_cmrc_exact_match_drops_punctuation_and_case():
    assert textual.cmrc_exact("《ABC》公司。", ["abc公司"]) == 1.0
    assert textual.cmrc_exact("公司", ["abc公司", "企业"]) == 0.0


def test_cmrc_f1_is_a_common_substring():
    # tokens 甲 乙 丙 丁 against 甲 丙 丁: the longest common substring is 丙 丁 (2), not the subsequence (3)
    # precision 2/4, recall 2/3, F1 = 2*2 / (4 + 3)
    assert textual.cmrc_f1("甲乙丙丁", ["甲丙丁"]) == pytest.approx(4 / 7)
    # a Latin run is one token: "Nexon" and 年 against "nexon": 2*1 / (2 + 1)
    assert textual.cmrc_f1("Nexon 年", ["nexon"]) == pytest.approx(2 / 3)
    # the best answer counts
    assert textual.cmrc_f1("4分钟", ["五分钟", "4分钟"]) == 1.0
    assert textual.cmrc_f1("", ["甲"]) == 0.0


def test_estimates_of_few_or_equal_values():
    assert stats.estimate([]) == stats.Estimate(0.0, 0.0, 0.0, 0)
    assert stats.estimate([0.5]) == stats.Estimate(0.5, 0.5, 0.5, 1)
    assert stats.estimate([1.0] * 9) == stats.Estimate(1.0, 1.0, 1.0, 9)


def test_an_interval_holds_its_mean_and_is_the_same_every_time():
    one = stats.estimate([0.0, 1.0] * 20)
    assert one.low < one.mean == 0.5 < one.high
    assert one == stats.estimate([0.0, 1.0] * 20)
    # near the normal interval 0.5 ± 1.96 * 0.5 / sqrt(40) = 0.5 ± 0.155
    assert one.low == pytest.approx(0.345, abs=0.04)


def test_paired_sees_three_losses_and_forgives_one():
    before = [1.0] * 80
    assert not stats.paired(before, before).fell
    assert not stats.paired(before, [0.0, *before[1:]]).fell
    assert stats.paired(before, [0.0] * 4 + before[4:]).fell
    # wins and losses that balance are no fall
    mixed = [0.0] * 40 + [1.0] * 40
    assert not stats.paired(mixed, mixed[::-1]).fell
    assert stats.paired(before, [0.0] * 4 + before[4:]).worse == 4
    # values that were stored with six digits are the same values
    assert stats.paired([round(2 / 3, 6)] * 80, [2 / 3 - 1e-7] * 80) == stats.paired(before, before)
    with pytest.raises(ValueError, match="paired"):
        stats.paired([1.0], [])


def test_percentiles():
    assert stats.percentile([10.0, 20.0, 30.0], 0.5) == 20.0
    assert stats.percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert stats.percentile([], 0.5) == 0.0
