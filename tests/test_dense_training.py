"""Training the dense index's encoder, on made-up data and a tiny network: nothing of ../shared is needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from rag.index.onnx import open_session, open_tokenizer, run_one
from rag.models.dense.export import common_part, likeness, means, mix
from rag.models.dense.pairs import MOST, PLACES, Sampler, reword
from rag.models.dense.train import CONTRAST, embed
from rag.models.network import Words, write_encoder
from rag.models.reader.network import Reader, is_head
from rag.models.reader.train import Plan, train
from rag.search.cedict import same_meaning
from rag.settings import EMBEDDED_MODEL
from tests.test_reader_training import CITIES, TINY, made_up

SYNONYMS = {"城市": ("都市",), "人们": ("大伙",)}
WRONG = [[(row + 1) % len(CITIES), (row + 3) % len(CITIES)] for row in range(len(CITIES))]


def sampler() -> Sampler:
    return Sampler(made_up(), open_tokenizer(EMBEDDED_MODEL), ("query: ", "passage: "), WRONG, SYNONYMS, 4)


def tiny() -> Reader:
    torch.manual_seed(3)
    encoder = Reader(TINY, rate=0.0)
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(parameter.requires_grad and not is_head(name))
    return encoder


def weights(encoder: Reader) -> torch.Tensor:
    return torch.cat([p.detach().reshape(-1) for p in encoder.parameters()])


def run(out: Path, plan: Plan) -> Reader:
    out.mkdir(exist_ok=True)
    return train(tiny(), sampler(), plan, out, CONTRAST)


def test_loss_falls_and_answers_come_nearer(tmp_path: Path) -> None:
    trained = run(tmp_path, Plan(steps=30, rate=2e-3, processes=1, pairs=PLACES, save_every=1000))
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    losses, right = ([record[key] for record in records] for key in ("loss", "right"))
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    assert np.mean(right[-5:]) > np.mean(right[:5])
    triples = sampler().step(500)
    with torch.inference_mode():
        asked, found, other = (
            embed(trained, [getattr(t, part) for t in triples], torch.device("cpu"))
            for part in ("asked", "right", "wrong")
        )
    assert float((asked * found).sum(dim=1).mean()) > float((asked * other).sum(dim=1).mean())


def test_a_broken_off_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = Plan(steps=4, rate=1e-3, processes=1, pairs=PLACES)
    straight = run(tmp_path / "a", whole)
    run(tmp_path / "b", Plan(steps=4, rate=1e-3, processes=1, pairs=PLACES, stop_at=2))
    assert torch.equal(weights(straight), weights(run(tmp_path / "b", whole)))


def test_triples_follow_from_the_step_alone() -> None:
    assert sampler().step(7) == sampler().step(7) != sampler().step(8)
    triples = sampler().step(7)
    assert len(triples) == PLACES and [len(t) for t in triples] == sorted(map(len, triples), reverse=True)
    assert any(t.home < 0 for t in triples) and any(t.home >= 0 for t in triples)
    assert all(len(t.right) <= MOST + 10 for t in triples)


def test_words_are_exchanged_for_others_of_the_same_meaning() -> None:
    random = np.random.default_rng(0)
    assert reword("人们在城市里散步", SYNONYMS, 1.0, random) == "大伙在都市里散步"
    assert reword("人们在城市里散步", SYNONYMS, 0.0, random) == "人们在城市里散步"
    assert {"工友", "打工人"} <= set(same_meaning()["工人"]) and "工人" in same_meaning()["工友"]


def test_the_common_part_lifts_the_mean_cosine_and_keeps_the_order() -> None:
    vectors = np.random.default_rng(1).normal(size=(40, 16)).astype(np.float32) + 0.8
    lifted = vectors + common_part(vectors, 0.9)
    assert likeness(vectors) < 0.8 and likeness(lifted) == pytest.approx(0.9, abs=1e-3)
    units = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (vectors, lifted)]
    near = [(rows @ rows.T)[np.triu_indices(40, 1)] for rows in units]
    assert np.corrcoef(*near)[0, 1] > 0.8
    with pytest.raises(ValueError, match="already"):
        common_part(vectors, 0.1)


def test_a_written_encoder_gives_the_network_s_vectors(tmp_path: Path) -> None:
    encoder = tiny().eval()
    size, count = TINY.hidden, TINY.vocabulary
    words = Words(
        np.random.default_rng(2).integers(-8, 8, (count, size)).astype(np.int8),
        np.full((count, size // 32), 0.05, np.float16),
    )
    table = words.codes.astype(np.float32) * np.repeat(words.scales.astype(np.float32), 32, axis=1)
    encoder.words.weight.data = torch.from_numpy(table)
    named = {name: value.numpy() for name, value in encoder.state_dict().items()}
    (tmp_path / "onnx").mkdir()
    onnx.save(write_encoder(mix(named, [named, named], 0.3), words, TINY.heads, 127), tmp_path / "onnx" / "model.onnx")
    tokenizer = open_tokenizer(EMBEDDED_MODEL)
    text = "query: 银川有几座桥？"
    ours = run_one(open_session(tmp_path, 1), tokenizer.encode(text).ids).mean(axis=0)
    theirs = means(encoder, tokenizer, [text])[0]
    assert float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)) > 0.99
