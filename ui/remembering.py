"""Answers given a moment ago are not worked out again: the same question about the same documents has the same answer.

Many readers begin with the same suggested question, and the page checks its suggestions by asking them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Any

from langchain_core.runnables import RunnableConfig

from rag.chain import QAChain
from rag.types import Answer, Question

MOST = 64
"""Questions remembered; the one asked longest ago goes first."""


class RememberingChain(QAChain):
    """A chain over documents that do not change; a new index is a new chain. With a chat model nothing is kept."""

    def __init__(self, chain: QAChain) -> None:
        super().__init__(chain.library, chain.retriever, chain.reader, chain.settings, chain.writer, chain.reranker)
        self._kept: OrderedDict[Question | str, tuple[Answer, ...]] = OrderedDict()
        self._lock = Lock()

    def stream(self, input: Question | str, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Answer]:
        """As ``QAChain.stream``; a question that was answered to its end before gets the same answers at once."""
        if self.writer is not None:
            yield from super().stream(input, config)
            return
        with self._lock:
            if input in self._kept:
                self._kept.move_to_end(input)
            known = self._kept.get(input)
        if known is not None:
            yield from known
            return
        given = []
        for answer in super().stream(input, config):
            given.append(answer)
            yield answer
        with self._lock:
            self._kept[input] = tuple(given)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
