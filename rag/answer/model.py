"""The chat model: opened through LangChain, asked for its context window, streamed, and its failures put into words.

The only file that opens a chat model. Nothing here is called unless WENJU_MODEL is set.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.answer.prompt import Message
from rag.settings import Settings
from rag.types import WenjuError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CONNECT_SECONDS = 5.0
ASK_SECONDS = 3.0
"""For the question how long the model's context window is."""
RETRIES = 2
LONGEST_WAIT = 5.0
"""Seconds waited at most before a rate-limited request is tried again."""


class ModelError(WenjuError):
    """The chat model cannot be used; the message names the setting to look at."""


class UnreachableError(ModelError):
    """The server did not answer at all: asking it again at once would only make the user wait again."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """An open chat model. ``context`` is its window in tokens, ``told`` whether the server said so itself."""

    name: str
    context: int
    told: bool
    settings: Settings
    runnable: BaseChatModel

    def stream(self, messages: Sequence[Message]) -> Generator[str]:
        """The answer's text, piece by piece. Closing this iterator closes the connection. Raises ModelError."""
        for attempt in range(RETRIES + 1):
            started = False
            try:
                with closing(self.runnable.stream(list(messages))) as chunks:  # type: ignore[type-var]
                    for chunk in chunks:
                        if text := str(chunk.text):
                            started = True
                            yield text
                return
            except Exception as error:  # whatever a provider's package raises must reach the user as a sentence
                wait = _wait(error)
                if started or wait is None or attempt == RETRIES:
                    told = explain(error, self.settings)
                    silent = not started and told.endswith(("(time-out)", "(connection)"))
                    raise (UnreachableError if silent else ModelError)(told) from error
            time.sleep(wait)


def open_model(settings: Settings) -> ChatModel:
    """The model that ``settings.model`` names. Raises ModelError when its package, key or name is wrong."""
    provider, name = _provider(settings)
    context, told = _context(provider, name, settings)
    try:
        from langchain.chat_models import init_chat_model

        runnable = init_chat_model(name, model_provider=provider or None, **_options(provider, context, settings))
    except Exception as error:  # constructors raise anything: ImportError, ValueError, the provider's own
        raise ModelError(explain(error, settings)) from error
    return ChatModel(f"{provider}:{name}" if provider else name, context, told, settings, runnable)


_TROUBLES: tuple[tuple[tuple[str, ...], frozenset[int], str], ...] = (
    (("Authentication", "PermissionDenied"), frozenset({401, 403}),
     "模型服务（{where}）不接受密钥，请检查 WENJU_API_KEY。(wrong or missing key)"),
    (("NotFound",), frozenset({404}),
     "模型服务（{where}）没有“{model}”，请检查 WENJU_MODEL 与 WENJU_BASE_URL。(unknown model)"),
    (("RateLimit",), frozenset({429}),
     "模型服务（{where}）正在限流，请稍后再试，或更换 WENJU_MODEL。(rate limit)"),
    (("Timeout",), frozenset(),
     "模型服务（{where}）超过 {seconds:g} 秒没有回应，可调 WENJU_MODEL_TIMEOUT。(time-out)"),
    (("ContextOverflow",), frozenset(),
     "提示超过了模型的上下文长度，请调小 WENJU_CONTEXT_TOKENS={tokens}。(context overflow)"),
    (("Connect", "Protocol", "ReadError", "WriteError", "NetworkError", "OSError"), frozenset(),
     "与模型服务（{where}）的连接失败或中断，请检查 WENJU_BASE_URL 和服务是否在运行。(connection)"),
    (("JSONDecodeError", "ValidationError", "UnicodeDecodeError"), frozenset(),
     "模型服务（{where}）的回复无法解读，请检查 WENJU_BASE_URL 是否为兼容的接口。(malformed reply)"),
    (("InternalServer",), frozenset(range(500, 600)),
     "模型服务（{where}）内部出错，请稍后再试，或更换 WENJU_MODEL。(server error)"),
)  # fmt: skip
"""Parts of the names of exception classes, HTTP states, and what is said. The first that fits.

Providers raise classes of their own, which agree in their names more than in their ancestors.
"""


def explain(error: BaseException, settings: Settings) -> str:
    """What went wrong, in Chinese first, naming the setting; never the key."""
    where = settings.base_url or "服务商默认地址"
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    status = getattr(error, "status_code", None)
    if isinstance(error, ImportError):
        provider = _provider(settings)[0]
        extra = f'"wenju[{provider}]"' if provider in ("openai", "ollama") else f"langchain-{provider}"
        return f"WENJU_MODEL={settings.model} 需要的程序包没有安装，请运行 pip install {extra}。(package missing)"
    for parts, states, words in _TROUBLES:
        if status in states or any(part in names for part in parts):
            seconds, tokens = settings.model_timeout, settings.context_tokens
            return words.format(where=where, model=settings.model, seconds=seconds, tokens=tokens)
    if "api_key" in str(error) or "API key" in str(error):
        return f"WENJU_MODEL={settings.model} 需要密钥，请设置 WENJU_API_KEY。(missing key)"
    if isinstance(error, ValueError) and "provider" in str(error):
        return f'看不出 WENJU_MODEL={settings.model} 由谁提供，请写成 "openai:模型名" 这样的形式。(unknown provider)'
    detail = str(error).replace(settings.api_key or "\0", "…")[:160]
    return (
        f"模型服务（{where}）出错，请检查 WENJU_MODEL={settings.model}：{type(error).__name__} {detail} (model error)"
    )


def _wait(error: BaseException) -> float | None:
    """Seconds to wait before trying again; None when trying again makes no sense."""
    if getattr(error, "status_code", None) not in (429, 503):
        return None
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(LONGEST_WAIT, float(headers.get("retry-after", 1.0)))
    except ValueError:
        return 1.0


def _provider(settings: Settings) -> tuple[str, str]:
    """("ollama", "qwen3:8b") of "ollama:qwen3:8b"; a bare name with a base URL is taken as OpenAI-compatible."""
    provider, mark, name = settings.model.partition(":")
    if mark and provider.replace("_", "").isalpha():
        return provider, name
    return ("openai", settings.model) if settings.base_url else ("", settings.model)


def _options(provider: str, context: int, settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": 0.0}
    if settings.base_url:
        options["base_url"] = settings.base_url
    if provider == "ollama":
        import httpx

        timeout = httpx.Timeout(settings.model_timeout, connect=CONNECT_SECONDS)
        # Without num_ctx Ollama cuts the prompt at its default window and says nothing.
        return options | {
            "num_ctx": context,
            "num_predict": settings.answer_tokens,
            "client_kwargs": {"timeout": timeout},
        }
    options |= {"max_tokens": settings.answer_tokens, "timeout": settings.model_timeout, "max_retries": 0}
    if settings.api_key or (settings.base_url and provider == "openai"):
        options["api_key"] = settings.api_key or "none"  # local servers want no key, but the client wants one
    if provider == "openai":
        try:
            import openai
        except ImportError:
            return options
        options["timeout"] = openai.Timeout(settings.model_timeout, connect=CONNECT_SECONDS)
    return options


def _context(provider: str, name: str, settings: Settings) -> tuple[int, bool]:
    """The context window: what the server says where it says so (Ollama, vLLM), else the setting."""
    told = 0
    if provider == "ollama":
        shown = _ask("POST", f"{settings.base_url or 'http://127.0.0.1:11434'}/api/show", {"model": name}, settings)
        told = max((v for k, v in _object(shown, "model_info").items() if k.endswith(".context_length")), default=0)
        # Ollama allocates memory for the whole window, so the setting stays the upper limit.
        return (min(told, settings.context_tokens), True) if told else (settings.context_tokens, False)
    if provider == "openai" and settings.base_url:
        listed = _ask("GET", f"{settings.base_url.rstrip('/')}/models", None, settings).get("data")
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and entry.get("id") == name and isinstance(entry.get("max_model_len"), int):
                told = entry["max_model_len"]
    return (told, True) if told else (settings.context_tokens, False)


def _ask(method: str, url: str, body: dict[str, str] | None, settings: Settings) -> dict[str, Any]:
    """A JSON object from the model server; {} when it does not give one: then the setting is used."""
    import httpx

    headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
    try:
        reply = httpx.request(method, url, json=body, headers=headers, timeout=ASK_SECONDS)
        found = reply.json() if reply.status_code == 200 else {}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _object(parent: dict[str, Any], key: str) -> dict[str, int]:
    found = parent.get(key)
    return {k: v for k, v in found.items() if isinstance(v, int)} if isinstance(found, dict) else {}
