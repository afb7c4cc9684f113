"""The chain behind the page: opened in the background, so that the page is there before the models are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import StrEnum

from rag.types import WenjuError
from ui.library import Chain

log = logging.getLogger("wenju.ui")


class EngineState(StrEnum):
    """How far the opening has come."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class Engine:
    """Opens the chain once, in a thread of its own; questions wait for it instead of failing."""

    def __init__(self, opener: Callable[[], Chain]) -> None:
        self._opener = opener
        self._done = threading.Event()
        self._chain: Chain | None = None
        self._thread: threading.Thread | None = None
        self.problem = ""
        """Why it could not be opened, in words for the user."""

    def start(self) -> None:
        """Begin opening; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._open, name="wenju-open", daemon=True)
            self._thread.start()

    @property
    def state(self) -> EngineState:
        """Loading, ready or failed."""
        if not self._done.is_set():
            return EngineState.LOADING
        return EngineState.READY if self._chain is not None else EngineState.FAILED

    @property
    def chain(self) -> Chain:
        """The open chain. Raises WenjuError while there is none."""
        if self._chain is None:
            raise WenjuError(self.problem or "正在加载模型，请稍候。(still loading)")
        return self._chain

    def replace(self, chain: Chain) -> None:
        """Answer from another chain from now on, after the documents changed."""
        self._chain = chain

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until loading has ended, well or badly; False when it takes longer than ``seconds``."""
        return self._done.wait(seconds)

    def _open(self) -> None:
        try:
            self._chain = self._opener()
        except WenjuError as error:
            self.problem = str(error)
        except Exception as error:  # the page must say something; the log has the trace
            log.exception("the chain could not be opened")
            self.problem = f"意外错误（{type(error).__name__}），详情见运行窗口。"
        finally:
            self._done.set()
