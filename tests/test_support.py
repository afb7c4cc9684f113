"""The check of model-written sentences, measured on the seeds: planted falsehoods caught, faithful sentences kept."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import median
from time import process_time

import pytest

from rag.answer.language import Language
from rag.answer.prepared import prepare
from rag.answer.prompt import build_prompt
from rag.answer.support import Nearness, judge
from rag.corpus.fold import fold
from rag.corpus.load import load_catalog, load_file
from rag.corpus.reading import read_source
from rag.types import Passage, Verdict
from tests.falsehoods import Trial, faithful, planted
from tests.paraphrases import FREE

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    catalog = load_catalog(SEEDS)
    sources = [load_file(path, catalog) for path in sorted(SEEDS.glob("*.txt"))]
    return [p for source in sources for p in read_source(source).passages if len(p.text) > 40]


@pytest.fixture(scope="module")
def near() -> Nearness:
    from rag.answer.generate import nearness
    from rag.index.embed import open_encoder
    from rag.settings import Settings

    return nearness(open_encoder(Settings()))


def caught(trial: Trial, near: Nearness) -> bool:
    """Removed, or, where the wrong document was cited, cited to the right one."""
    found = judge(trial.text, [trial.cited], [prepare(p) for p in trial.passages], near)
    if found.verdict is Verdict.REMOVED:
        return True
    return trial.kind == "document" and {c.passage for c in found.cites} == {trial.origin}


def test_planted_falsehoods_are_caught(passages: list[Passage], near: Nearness) -> None:
    trials = planted(passages, seed=1, numbers=60, names=40, titles=30, negations=35, documents=35)
    assert len(trials) == 200
    shares = {}
    for kind in ("number", "name", "title", "negation", "document"):
        results = [caught(t, near) for t in trials if t.kind == kind]
        shares[kind] = sum(results) / len(results)
    assert min(shares["number"], shares["name"], shares["title"]) >= 0.95, shares
    assert min(shares["negation"], shares["document"]) >= 0.90, shares


def test_untouched_sentences_stay(passages: list[Passage], near: Nearness) -> None:
    trials = faithful(passages, 200, seed=1)
    gone = [t.text for t in trials if caught(t, near)]
    assert len(gone) <= 6, gone


def test_free_paraphrases_stay(passages: list[Passage], near: Nearness) -> None:
    """Written by hand as a good model would: none of the rules that made the other sentences made these."""
    rng, gone = random.Random(5), []
    for key, text in FREE:
        home = next((p for p in passages if fold(key) in fold(p.text)), None)
        assert home is not None, key
        five = [home, *rng.sample([p for p in passages if p is not home], 4)]
        found = judge(text, [0], [prepare(p) for p in five], near)
        if found.verdict is Verdict.REMOVED or 0 not in {c.passage for c in found.cites}:
            gone.append((text, found.why))
    assert len(gone) <= 2, gone


def test_prompt_and_check_take_little_time(passages: list[Passage], near: Nearness) -> None:
    trials = faithful(passages, 60, seed=3)
    judge(trials[0].text, [0], [prepare(p) for p in trials[0].passages], near)  # loads jieba
    taken = []
    for trial in trials:
        started = process_time()
        prompt = build_prompt("问题？", trial.passages, Language.SIMPLIFIED, 6000)
        evidence = [prepare(p) for p in prompt.passages]
        for sentence in [trial.text] * 4:
            judge(sentence, [trial.cited], evidence, near)
        taken.append((process_time() - started) * 1000)
    assert median(taken) <= 60
