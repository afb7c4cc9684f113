"""Question and passages → the messages for a chat model, within its context window. Passages go whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from rag.answer.language import NAMES, Language
from rag.types import Passage, Question

PROMPTS = Path(__file__).parent / "prompts"
MARGIN = 64
"""Tokens kept free for what the server's chat template adds."""

Message = tuple[str, str]
"""Role ("system" or "human") and text."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages in which passage n (from 1) is ``passages[n - 1]``; the last ``dropped`` ones found no room."""

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...]
    dropped: int


def build_prompt(question: str, passages: Sequence[Passage], language: Language, room: int) -> Prompt:
    """The prompt with as many of ``passages``, from the first on, as fit into ``room`` tokens."""
    name = "answer.en.md" if language is Language.ENGLISH else "answer.zh.md"
    blocks = [_block(number, passage) for number, passage in enumerate(passages, 1)]
    used = MARGIN + sum(tokens_at_most(text) for _, text in _fill(name, "", question, language))
    kept = 0
    for block in blocks:
        used += tokens_at_most(block)
        if used > room:
            break
        kept += 1
    messages = _fill(name, "\n\n".join(blocks[:kept]), question, language)
    return Prompt(tuple(messages), tuple(passages[:kept]), len(passages) - kept)


def build_rewrite(question: Question) -> tuple[Message, ...]:
    """The messages that ask for a question that stands alone."""
    system, user = _template("rewrite.md")
    lines = [f"问：{turn.question}\n答：{turn.answer[:300]}" for turn in question.history[-3:]]
    return ("system", system), ("human", Template(user).substitute(history="\n".join(lines), question=question.text))


def tokens_at_most(text: str) -> int:
    """More tokens than ``text`` has with any common tokenizer: one a character beyond ASCII and a tenth, half one else.

    Chinese takes 0.6 tokens a character with Qwen, 1.0 to 1.1 with older ones. Too many here only drops a passage
    that might have fitted; too few would let the server cut the evidence silently.
    """
    ascii_chars = sum(map(str.isascii, text))
    return int(1.1 * (len(text) - ascii_chars) + 0.5 * ascii_chars) + 1


def _fill(name: str, passages: str, question: str, language: Language) -> list[Message]:
    system, user = _template(name)
    rules = Template(system).substitute(language=NAMES[language])
    return [("system", rules), ("human", Template(user).substitute(passages=passages, question=question))]


def _template(name: str) -> tuple[str, str]:
    system, _, user = (PROMPTS / name).read_text("utf-8").partition("\n-----\n")
    return system.strip(), user.strip()


def _block(number: int, passage: Passage) -> str:
    about = [f"《{passage.title}》" if passage.title else passage.source_id]
    about += [
        f"{label}：{value}" for label, value in (("作者", passage.author), ("职务", passage.author_role)) if value
    ]
    about += [value for value in (passage.publication, passage.date) if value]
    if passage.headings:
        about.append(f"小标题：{' / '.join(passage.headings)}")
    # A passage cannot close its own frame and go on as if it were the user.
    text = passage.text.strip().replace("</资料", "＜/资料")
    return f'<资料 编号="{number}">\n[{number}] {"　".join(about)}\n{text}\n</资料>'
