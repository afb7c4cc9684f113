"""Settings: read once (environment ``WENJU_*`` over ``wenju.toml``), then passed down. Unknown keys are refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.types import WenjuError

MODELS = Path(__file__).parent / "models"
EMBEDDED_MODEL = MODELS / "e5-small-zh"
EMBEDDED_READER = MODELS / "reader-zh"


class Settings(BaseSettings):
    """Everything that can be set. Each field is ``WENJU_<NAME>`` in the environment or ``name`` in ``wenju.toml``."""

    model_config = SettingsConfigDict(env_prefix="WENJU_", toml_file="wenju.toml", extra="forbid", frozen=True)

    index: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("wenju", appauthor=False)) / "index")
    """The index folder."""
    embedding_model: str = str(EMBEDDED_MODEL)
    """A sentence-transformers model: a folder, or a name that is already on this machine."""
    threads: int = Field(default=2, ge=1, le=64)
    """Threads for the models."""
    reader: str = "embedded"
    """Reads the best hits: "off", "embedded" (rag/models/reader-zh), or a CrossEncoder folder or name."""
    model: str = ""
    """A chat model for LangChain's init_chat_model, e.g. "ollama:qwen3:8b". Empty: extractive answers only."""
    engine: Literal["auto", "extractive"] = "auto"
    """Who writes the answer: "auto" (the chat model if one is set and can be reached) or "extractive"."""
    base_url: str = ""
    """Where the chat model is served, e.g. "http://127.0.0.1:11434" for Ollama. Empty: the provider's own address."""
    model_timeout: float = Field(default=60.0, gt=0)
    """Seconds of silence after which the chat model is given up."""
    answer_tokens: int = Field(default=1500, ge=64)
    """Longest answer asked of the chat model."""
    api_key: str = Field(default="", repr=False)
    context_tokens: int = Field(default=8192, ge=512)
    """Context window of the chat model where the server does not tell it."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    password: str = Field(default="", repr=False)
    """Password for the web page and the API; required to listen beyond loopback."""
    root_path: str = ""
    trusted_hosts: str = ""
    """Further names that the server answers to, e.g. a proxy's, separated by commas: "wenju.example.org"."""
    max_question: int = Field(default=2000, ge=10)
    """Longest question accepted, in characters."""
    max_upload_mb: int = Field(default=20, ge=1)
    max_documents: int = Field(default=1000, ge=1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then ``wenju.toml`` in the current folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def engine_settings(engine: str | None) -> dict[str, str]:
    """The settings that ``--engine`` stands for: "extractive", "auto", or the name of a chat model; none for None.

    >>> engine_settings("ollama:qwen3:8b")
    {'engine': 'auto', 'model': 'ollama:qwen3:8b'}
    """
    if engine is None or engine in ("extractive", "auto"):
        return {} if engine is None else {"engine": engine}
    return {"engine": "auto", "model": engine}


def load_settings(**changes: object) -> Settings:
    """Read the settings; ``changes`` (from command-line options) win. Raises WenjuError that names each bad key."""
    known = {f"WENJU_{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(key for key in os.environ if key.startswith("WENJU_") and key not in known)
    if unknown:
        raise WenjuError(
            f"不认识的环境变量 {'、'.join(unknown)}；可用的有 {'、'.join(sorted(known))}。(unknown setting)"
        )
    try:
        return Settings(**{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise WenjuError("设置有误（wenju.toml 或 WENJU_*）：" + "；".join(lines)) from error
