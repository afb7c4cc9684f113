"""The page as Gradio blocks: four regions, and the events that carry questions in and answers out.

The only importer of Gradio. An answer travels as the value of the conversation region: a frame (see ``answering``)
that the page's own script puts in place. That keeps the cost of a turn the same however long the conversation is,
and lets a reader scroll, select and open citations while the text is growing.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before the import: Gradio reads it there

import gradio as gr
from fastapi import FastAPI

from rag.settings import Settings
from ui import page
from ui.answering import Frame, frames
from ui.engine import Engine
from ui.limits import Bucket, Gate
from ui.render import failed
from ui.security import SILENT

BRIDGE = """
window.wenjuBridge = {ask: payload => trigger('submit', payload), stop: () => trigger('stop', {})};
watch('value', () => window.dispatchEvent(new CustomEvent('wenju:frame', {detail: props.value})));
window.dispatchEvent(new Event('wenju:ready'));
"""
"""Runs in the browser when the conversation region is there: questions out, frames in."""

FONTS = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif"]


def build(engine: Engine, gate: Gate, *, longest: int, patience: float) -> gr.Blocks:
    """The blocks and their events."""
    asked = Bucket(burst=40, rate=4)
    from_address = Bucket(burst=400, rate=60)

    async def ask(event: gr.EventData, request: gr.Request) -> AsyncGenerator[Frame]:
        """One question: every frame of its answer."""
        payload = event._data
        address = request.client.host if request.client else ""
        if not (asked.take(str(request.session_hash)) and from_address.take(address)):
            turn = str(payload.get("turn", "")) if isinstance(payload, dict) else ""
            yield {"turn": turn[:40], "state": "error", "parts": failed("error.rate"), "record": None}
            return
        # aclosing: a stopped question must close the chain's stream now, not when it is collected as garbage.
        async with aclosing(frames(payload, engine, gate, longest=longest, patience=patience)) as answer:
            async for frame in answer:
                yield frame

    with gr.Blocks(title="问据 · 有据可查的文献问答", analytics_enabled=False, fill_height=True) as opened:
        blocks: gr.Blocks = opened
        region("header", page.header())
        region("side", page.sidebar())
        talk = region("talk", page.conversation(), js=BRIDGE)
        region("source", page.panel())
        answering = talk.submit(
            ask, None, talk, show_progress="hidden", concurrency_limit=None, trigger_mode="multiple",
            api_visibility="private",
        )  # fmt: skip
        talk.stop(None, None, None, cancels=[answering], queue=False, api_visibility="private")
    return blocks


def region(name: str, html: str, js: str = "") -> gr.HTML:
    """One region of the page: our own markup, without Gradio's looks."""
    return gr.HTML(
        {}, html_template=html, js_on_load=js or None, apply_default_css=False, elem_id=f"region-{name}", padding=False
    )


def mount(app: FastAPI, engine: Engine, gate: Gate, settings: Settings, *, patience: float) -> FastAPI:
    """Put the page at ``/`` of ``app``, below the routes that are already there."""
    blocks = build(engine, gate, longest=settings.max_question, patience=patience)
    blocks.queue(max_size=256)
    theme = gr.themes.Base(font=[gr.themes.Font(f) for f in FONTS], font_mono=[gr.themes.Font("monospace")])
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="/", theme=theme, root_path=settings.root_path or None, footer_links=[], run_history=False,
        enable_monitoring=False, show_error=False, max_file_size="1mb",
        app_kwargs={"openapi_url": None, "telemetry": SILENT},
    )  # fmt: skip
    return mounted
