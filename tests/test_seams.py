"""Torn pages are made as they are said to be made."""

from __future__ import annotations

import random
import re

import pytest

from eval.seams import SHORTEST, cut, ends_a_sentence, in_paragraphs, load_news, main, smooth, tear, unharmed
from rag.types import WenjuError

ARTICLE = "".join(f"第{number}句说的是工会的事,讲得很清楚,也讲得很具体。" for number in range(40))
OTHER = "".join(f"The {number}th sentence is about 浙江的运河,水很清! " for number in range(40)).strip()


@pytest.mark.parametrize("text", ["好。", "好。”", "好!)", "好……", "如下:", "其一;", "好。” "])
def test_endings_that_ask_for_nothing(text):
    assert ends_a_sentence(text)


@pytest.mark.parametrize("text", ["好", "好,", "好、", "“好”", "《论语·周》", "覆盖全", "3"])
def test_endings_that_ask_for_more(text):
    assert not ends_a_sentence(text)


@pytest.mark.parametrize("seed", range(30))
def test_pieces_give_the_text_back(seed):
    rng = random.Random(seed)
    for text in (ARTICLE, OTHER):
        pieces = cut(text, rng)
        assert "".join(pieces) == text
        assert 3 <= len(pieces) <= 6
        assert min(map(len, pieces)) >= SHORTEST
        assert all(piece == piece.strip() for piece in pieces)


def test_a_short_text_is_cut_less():
    assert cut("短文", random.Random(0)) == ["短文"]
    assert cut("甲" * (2 * SHORTEST), random.Random(0)) in (["甲" * SHORTEST] * 2, ["甲" * 2 * SHORTEST])


@pytest.mark.parametrize("seed", range(30))
def test_following_the_seams_of_a_torn_page_gives_the_articles_back(seed):
    page = tear([ARTICLE, OTHER], random.Random(seed))
    blocks = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", page.raw)]
    after = {seam.left + 1: seam.right for seam in page.seams}
    ends = dict(blocks)
    heads = [start for start, _ in blocks if start not in after.values()]
    read = []
    for start in heads:
        text = ""
        at: int | None = start
        while at is not None:
            text += page.raw[at : ends[at]]
            at = after.get(ends[at])
        read.append(text)
    assert sorted(read) == sorted([ARTICLE, OTHER])


@pytest.mark.parametrize("seed", range(10))
def test_seams_know_their_kind(seed):
    page = tear([ARTICLE, OTHER], random.Random(seed))
    for seam in page.seams:
        between = page.raw[seam.left + 1 : seam.right]
        assert seam.far == (seam.right < seam.left or bool(between.strip()))
        assert seam.owed == (page.raw[seam.left] not in "。!")


def test_pages_are_the_same_for_the_same_seed_and_riffled():
    pages = [tear([ARTICLE, OTHER], random.Random(seed)) for seed in (1, 1, 2)]
    assert pages[0] == pages[1] != pages[2]
    kinds = [seam.kind for seed in range(50) for seam in tear([ARTICLE, OTHER], random.Random(seed)).seams]
    assert set(kinds) == {"adjacent", "far", "adjacent-sentence", "far-sentence"}
    turned = [
        seed for seed in range(200) if any(s.right < s.left for s in tear([ARTICLE, OTHER], random.Random(seed)).seams)
    ]
    assert 5 <= len(turned) <= 35  # one page in ten of 200 is 20; a turn at 0 turns nothing


def test_paragraphs_keep_the_words_and_end_with_sentences():
    shown = in_paragraphs(ARTICLE, random.Random(3))
    blocks = shown.split()
    assert "".join(blocks) == ARTICLE
    assert all(block.endswith("。") and 1 <= block.count("。") <= 3 for block in blocks)


def test_smooth_drops_the_crawlers_head_and_invisible_characters():
    assert smooth("2023-08-03 15:09\uff0c正文\uff1a\xa0\xa0今天\u200b\t好 。\n") == "今天 好 。"
    assert smooth("没有头") == "没有头"


def test_whole_paragraphs_are_left_alone():
    assert unharmed([in_paragraphs(ARTICLE, random.Random(1)), ARTICLE]).value == 1


def test_missing_data_is_said(tmp_path, capsys):
    with pytest.raises(WenjuError, match="--data"):
        load_news(tmp_path, 1, random.Random(0))
    assert main(["--data", str(tmp_path)]) == 2
    assert "news-8k" in capsys.readouterr().err
