"""`wenju doctor`: what is installed, whether the model runs, whether the index is whole and current."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter

from rag.answer.probe import probe_model
from rag.index.embed import open_encoder
from rag.index.manifest import check_files, current_generation, read_manifest
from rag.settings import Settings
from rag.types import WenjuError

_PACKAGES = ("langchain", "sentence-transformers", "faiss-cpu", "gradio", "onnxruntime", "tokenizers", "tantivy")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    message: str


def examine(settings: Settings) -> list[Finding]:
    """Everything that can be checked without changing anything."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("Python 与依赖", _packages),
        ("向量模型", _model),
        ("索引文件", _index),
        ("索引与文件一致", _fresh),
    )
    if settings.model:
        checks = (*checks, ("聊天模型", _chat_model))
    return [_finding(subject, check, settings) for subject, check in checks]


def _finding(subject: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(subject, True, check(settings))
    except WenjuError as error:
        return Finding(subject, False, str(error))


def _packages(settings: Settings) -> str:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            raise WenjuError(f"缺少 {name}，请重新运行 pip install。(not installed)") from None
    return f"Python {sys.version.split()[0]}，" + "，".join(found)


def _model(settings: Settings) -> str:
    encoder = open_encoder(settings)
    started = perf_counter()
    encoder.encode_queries(["工会是什么？"])
    return f"{encoder.name}，{encoder.dim} 维，一个问题 {(perf_counter() - started) * 1000:.1f} 毫秒"


def _chat_model(settings: Settings) -> str:
    seen = probe_model(settings)
    length = f"上下文 {seen.context} 词元（{'服务器告知' if seen.context_told else '按 WENJU_CONTEXT_TOKENS'}）"
    flow = "逐字返回" if seen.streams else "整段返回"
    cites = "会标注出处" if seen.cites else "没有按要求标注出处"
    speed = f"首字 {seen.first_seconds:.1f} 秒，每秒 {seen.characters_per_second:.0f} 字"
    right = "" if seen.right else f"；试题答错：{seen.answer[:60]}"
    return f"{seen.model}，{length}，{flow}，{speed}，{cites}{right}"


def _index(settings: Settings) -> str:
    generation = current_generation(settings.index)
    manifest = read_manifest(generation)
    check_files(generation, manifest, full=True)
    return f"{settings.index}：{manifest.passages} 段，校验和全部相符"


def _fresh(settings: Settings) -> str:
    from rag.index.library import open_library

    open_library(settings.index, open_encoder(settings))
    return "没有改动、新增或删除的文件，模型一致"
