"""The tokenizer of the embedded model: the original unigram vocabulary, whole or pruned to Chinese. Build time only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from rag.models.packed import Packed

MAX_TOKENS = 512
PIECES = 34_000
"""Size of the pruned vocabulary."""
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_ALL_HAN = re.compile(f"▁?[{_HAN}]+")
_SINGLE = re.compile(r"▁?[\x21-\x7e]")
_LATIN = re.compile("▁?[A-Za-z]+")
_DROPPED = "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f]"
_SPACES = "[\\t\\n\\f\\r\\u1680\\u200b-\\u200f\\u2028\\u2029\\u2581\\ufeff\\ufffd]"


def make_tokenizer(packed: Packed, kept: Iterable[int] | None = None) -> Tokenizer:
    """A tokenizer over the pieces with these original ids, renumbered in this order; all of them when None.

    Normalisation is NFKC plus what SentencePiece adds to it: control characters go, other white space becomes a
    space, ～ stays as it is. The prompts belong to the text: the caller puts them in front.
    """
    ids = range(len(packed.pieces)) if kept is None else list(kept)
    order = {old: new for new, old in enumerate(ids)}
    vocabulary = [(packed.pieces[i], packed.scores[i]) for i in ids]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=order[packed.unk], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_DROPPED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            # NFKC would turn the wide tilde of Chinese print into the ASCII one, which is another piece.
            normalizers.Replace("\uff5e", "\ue000"),
            normalizers.NFKC(),
            normalizers.Replace("\ue000", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    bos, eos, pad, unk = (packed.pieces[i] for i in (packed.bos, packed.eos, packed.pad, packed.unk))
    special = [AddedToken(piece, normalized=False, special=True) for piece in (bos, pad, eos, unk)]
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, order[packed.bos]), (eos, order[packed.eos])],
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def choose_pieces(packed: Packed, texts: Iterable[str]) -> list[int]:
    """Original ids of the pieces to keep, in order: special tokens; everything written in Han characters only;
    single ASCII characters, digits and punctuation; every other piece that the whole tokenizer uses for ``texts``;
    up to ``PIECES`` with the likeliest pieces of ASCII letters, for Latin words that the texts happen not to hold.
    """
    whole = make_tokenizer(packed)
    whole.no_truncation()
    used: set[int] = set()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == 256:
            used.update(i for encoding in whole.encode_batch_fast(batch) for i in encoding.ids)
            batch.clear()
    used.update(i for encoding in whole.encode_batch_fast(batch) for i in encoding.ids)
    special = {packed.bos, packed.eos, packed.pad, packed.unk}
    always = {i for i, piece in enumerate(packed.pieces) if _ALL_HAN.fullmatch(piece) or _is_sign(piece)}
    kept = special | always | used
    latin = (i for i, piece in enumerate(packed.pieces) if i not in kept and _LATIN.fullmatch(piece))
    likeliest = sorted(latin, key=lambda i: (-packed.scores[i], i))
    return sorted(kept | set(likeliest[: max(0, PIECES - len(kept))]))


def _is_sign(piece: str) -> bool:
    """A single ASCII character, or a piece made of ASCII digits and punctuation only."""
    bare = piece.removeprefix("▁")
    return bool(_SINGLE.fullmatch(piece)) or piece == "▁" or (bool(bare) and all(_plain(c) for c in bare))


def _plain(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "P" or (category == "Nd" and character.isascii())
