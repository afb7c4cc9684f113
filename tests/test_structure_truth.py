"""The truth about the seeds resolves to characters, accounts for whole pages, and says what it was read to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.truth import load_truth, uncovered
from rag.types import WenjuError

REPO = Path(__file__).parents[1]
FILES = sorted((REPO / "tests/data/structure").glob("*.toml"))


def original(path: Path) -> str:
    return (REPO / "seeds" / f"{path.stem}.txt").read_bytes().decode("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:3])
def test_every_character_of_a_seed_belongs_to_exactly_one_block(path):
    raw = original(path)
    assert uncovered(load_truth(path, raw), raw) == ""


def test_all_seeds_are_read():
    assert [path.stem for path in FILES] == sorted(path.stem for path in (REPO / "seeds").glob("*.txt"))


def test_what_was_counted_by_hand():
    truths = [load_truth(path, original(path)) for path in FILES]
    assert [len(truth.articles) for truth in truths] == [5, 8, 1, 5, 1]
    assert [sum(seam.owed for seam in truth.seams()) for truth in truths] == [11, 11, 0, 7, 0]
    far = [
        original(path)[seam.left - 2 : seam.left + 1] + "|" + original(path)[seam.right : seam.right + 3]
        for path, truth in zip(FILES, truths, strict=True)
        for seam in truth.seams()
        if seam.far and seam.owed
    ]
    assert far == ["覆盖全|国的大", "提升新|就业形", "人民在|长期生", "引领作|用。深"]
    assert sum(len(one.items) for truth in truths for one in truth.lists) == 17 + 10 + 8 + 26 + 4


def write(tmp_path: Path, blocks: str) -> Path:
    path = tmp_path / "x.toml"
    path.write_text(
        f'source = "x"\n[[article]]\nid = "a"\ntitle = ""\nauthors = []\nauthor_role = ""\nblocks = [{blocks}]\n'
    )
    return path


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ('{ kind = "paragraph", text = "没有" }', "stands in the source 0 times"),
        ('{ kind = "paragraph", text = "甲乙" }', "stands in the source 2 times"),
        ('{ kind = "paragraph", pieces = [["丙", "丁"]] }', "runs over the end of a line"),
        ('{ kind = "paragraph", pieces = [["丙", "丙"], ["丁", "丁"]] }', "need 1 seams"),
        ('{ kind = "paragraph", pieces = [["丙", "丙"], ["丁", "丁"]], seams = ["far"] }', "said to be far"),
        ('{ kind = "paragraph", pieces = [["丁", "丁"], ["丙", "丙"]], seams = ["adjacent"] }', "said to be adjacent"),
    ],
)
def test_words_that_do_not_resolve_are_refused(tmp_path, blocks, complaint):
    with pytest.raises(WenjuError, match=complaint):
        load_truth(write(tmp_path, blocks), "甲乙\n甲乙\n\n丙\n\n丁\n")


def test_of_words_that_occur_twice_the_whole_line_is_meant(tmp_path):
    truth = load_truth(write(tmp_path, '{ kind = "title", text = "马璐" }'), "问马璐先生\n## 马璐\n")
    assert truth.articles[0].blocks[0].spans[0].start == 9  # 问马璐先生\n is 6 characters, "## " three more
