"""The encoder: both ways of running the embedded model, its promises, and the reading of the packed weights."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.index.embed import OnnxEncoder, open_encoder
from rag.index.onnx import open_tokenizer
from rag.models.network import LEVELS, quantise
from rag.models.packed import decode_q4_0, read_packed
from rag.settings import EMBEDDED_MODEL, Settings
from rag.types import WenjuError

TEXTS = [
    "区域工会就业协作自2020年以来举办了多少场招聘会？",
    "銀川市總工會推出十七條產改舉措。",
    "",
    " \t\n",
    "短",
    "新时代的中国工人阶级和工会工作，" * 40,
    "emoji 👷 与 ASCII words, 123～456",
]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    opened = open_encoder(Settings())
    assert isinstance(opened, OnnxEncoder)
    return opened


def test_both_ways_of_running_the_folder_are_equal(encoder: OnnxEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(EMBEDDED_MODEL), trust_remote_code=True, local_files_only=True, device="cpu")
    assert model.get_embedding_dimension() == encoder.dim == 384
    assert model.max_seq_length == 512
    np.testing.assert_allclose(model.encode_query(TEXTS), encoder.encode_queries(TEXTS), atol=1e-6)
    np.testing.assert_allclose(model.encode_document(TEXTS), encoder.encode_passages(TEXTS), atol=1e-6)


def test_rows_are_float32_unit_vectors(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_no_texts_make_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)
    assert encoder.encode_queries([]).shape == (0, 384)


def test_a_vector_depends_on_its_text_only(encoder: OnnxEncoder) -> None:
    together = encoder.encode_passages(TEXTS)
    backwards = encoder.encode_passages(TEXTS[::-1])[::-1]
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    again = OnnxEncoder(EMBEDDED_MODEL, threads=1).encode_passages(TEXTS)
    for other in (backwards, alone, again):
        np.testing.assert_array_equal(together, other)


def test_near_in_meaning_is_near(encoder: OnnxEncoder) -> None:
    question = encoder.encode_queries(["工会给外卖骑手提供了什么帮助？"])[0]
    passages = encoder.encode_passages(
        ["工會為外賣小哥建立驛站，提供飲水和休息的地方。", "今年茶园采茶三千斤，收成很好。"]
    )
    near, far = passages @ question
    assert near > far + 0.03


def test_prompts_are_put_in_front(encoder: OnnxEncoder) -> None:
    question, passage = encoder.encode_queries(["工会"])[0], encoder.encode_passages(["工会"])[0]
    assert not np.allclose(question, passage, atol=1e-3)
    assert encoder.embed_query("工会") == question.tolist()
    assert encoder.embed_documents(["工会"]) == [passage.tolist()]


def test_the_words_of_the_prompts_are_whole_pieces() -> None:
    """They stand before every text; cut in pieces that the model never saw there, they would blur every vector."""
    tokenizer = open_tokenizer(EMBEDDED_MODEL)
    assert tokenizer.encode("passage: 工会").tokens[:4] == ["<s>", "▁passage", ":", "▁"]
    assert tokenizer.encode("query: 工会").tokens[:5] == ["<s>", "▁que", "ry", ":", "▁"]


def test_what_is_past_512_tokens_does_not_count(encoder: OnnxEncoder) -> None:
    long = "工人阶级是我国的领导阶级。" * 200
    np.testing.assert_array_equal(encoder.encode_passages([long])[0], encoder.encode_passages([long + "茶园" * 50])[0])


def test_lone_surrogates_do_no_harm(encoder: OnnxEncoder) -> None:
    assert np.isfinite(encoder.encode_queries(["坏\ud800字"])).all()


def test_progress_adds_up(encoder: OnnxEncoder) -> None:
    done: list[int] = []
    encoder.encode_passages(["短"] * 70, done.append)
    assert sum(done) == 70
    assert len(done) > 1


def test_spaces_and_controls_are_read_as_the_original_tokenizer_does(encoder: OnnxEncoder) -> None:
    plain = encoder.encode_passages(["工会 工作"])[0]
    for variant in ("工会  工作", "工会\n工作", "工会\u3000\x07工作", "工会\u200b工作"):
        np.testing.assert_array_equal(encoder.encode_passages([variant])[0], plain)


def test_neither_torch_nor_sentence_transformers_is_imported() -> None:
    code = (
        "import sys; from rag.index.embed import open_encoder; from rag.settings import Settings; "
        "open_encoder(Settings()).embed_query('工会'); "
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'onnx') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_the_name_changes_with_the_weights(encoder: OnnxEncoder, tmp_path: Path) -> None:
    copy = tmp_path / "模型" / EMBEDDED_MODEL.name
    shutil.copytree(EMBEDDED_MODEL, copy)
    same = open_encoder(Settings(embedding_model=str(copy)))
    assert isinstance(same, OnnxEncoder)
    assert same.name == encoder.name
    tokenizer = copy / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + "\n", "utf-8")
    assert OnnxEncoder(copy, 1).name != encoder.name


@pytest.mark.parametrize("file", ["onnx/model.onnx", "tokenizer.json", "config_sentence_transformers.json"])
def test_a_damaged_folder_is_refused_by_name(file: str, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(EMBEDDED_MODEL, copy)
    (copy / file).write_bytes((copy / file).read_bytes()[:100])
    with pytest.raises(WenjuError, match=re.escape(str(copy))):
        open_encoder(Settings(embedding_model=str(copy)))


def test_an_unknown_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WenjuError, match="WENJU_EMBEDDING_MODEL"):
        open_encoder(Settings(embedding_model=str(tmp_path / "没有")))


def test_any_sentence_transformers_folder_can_be_used(tmp_path: Path) -> None:
    """A model of another kind: words hashed by a tokenizer into rows of a table, averaged."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    torch.manual_seed(0)
    tokenizer = Tokenizer.from_file(str(EMBEDDED_MODEL / "tokenizer.json"))
    folder = tmp_path / "static"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], device="cpu").save(str(folder))
    other = open_encoder(Settings(embedding_model=str(folder)))
    done: list[int] = []
    vectors = other.encode_passages(TEXTS[:2] * 20, done.append)
    assert vectors.shape == (40, other.dim) == (40, 16)
    assert vectors.dtype == np.float32
    assert sum(done) == 40
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(other.encode_queries(TEXTS[:1]), vectors[:1], atol=1e-6)
    assert other.encode_queries([]).shape == (0, 16)
    assert other.name == open_encoder(Settings(embedding_model=str(folder))).name
    assert other.name.startswith("static@")


def test_the_card_has_the_checksums_of_the_files() -> None:
    card = (EMBEDDED_MODEL / "MODEL_CARD.md").read_text("utf-8")
    listed = dict(re.findall(r"^ {4}([0-9a-f]{64})  (\S+)$", card, re.MULTILINE))
    assert set(listed.values()) >= {"onnx/model.onnx", "tokenizer.json"}
    for checksum, file in listed.items():
        assert hashlib.sha256((EMBEDDED_MODEL / file).read_bytes()).hexdigest() == checksum, file


def test_the_weights_are_one_file_of_at_most_40_mb() -> None:
    (weights,) = EMBEDDED_MODEL.rglob("*.onnx")
    assert weights.stat().st_size <= 40_000_000


def test_q4_0_decodes_a_block_made_by_hand() -> None:
    # Byte j holds weight j in its low nibble and weight 16 + j in its high one; stored nibble 8 means 0.
    low, high = list(range(16)), [15 - j for j in range(16)]
    block = np.float16(0.25).tobytes() + bytes(a | b << 4 for a, b in zip(low, high, strict=True))
    expected = [(n - 8) * 0.25 for n in low + high]
    second = np.float16(-2).tobytes() + bytes([0x8F] * 16)  # low nibble 15 -> 7 * -2, high nibble 8 -> 0
    rows = decode_q4_0(block + second, columns=32).floats()
    assert rows.tolist() == [expected, [-14.0] * 16 + [0.0] * 16]
    assert decode_q4_0(block + second, columns=64).floats().tolist() == [expected + [-14.0] * 16 + [0.0] * 16]


def test_q4_0_refuses_half_a_row() -> None:
    with pytest.raises(ValueError, match="17 bytes"):
        decode_q4_0(bytes(17), columns=32)


def test_other_files_are_no_packed_weights(tmp_path: Path) -> None:
    for content, message in ((b"GGUF" + bytes(80), "E5S1"), (b"E5S1" + bytes(10), "不完整")):
        path = tmp_path / "weights.bin"
        path.write_bytes(content)
        with pytest.raises(WenjuError, match=message):
            read_packed(path)


def test_quantised_weights_are_within_half_a_step() -> None:
    weights = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    weights[:, 3] = 0
    codes, scales = quantise(weights)
    assert np.abs(codes).max() == LEVELS
    assert np.all(np.abs(codes * scales - weights) <= scales / 2 + 1e-6)
    # Two products of an unsigned by a signed byte fit 16 bits: no CPU can overflow.
    assert 2 * 255 * LEVELS < 2**15
