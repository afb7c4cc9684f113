"""The fixed markup of the page: header, list of conversations, conversation, source panel, dialogs.

The strings go through Gradio's template compiler, so there is no back-tick, ``${`` or ``{{`` in them.
"""

from __future__ import annotations

import json
from html import escape

from ui.text import LANGUAGES, REASONS, label, named
from ui.upload import TYPES

_LANGUAGE_NAMES = {"zh-CN": "简体中文", "zh-TW": "繁體中文", "en": "English"}

# One path each, 24 x 24, drawn with a line of 1.75.
_ICONS = {
    "menu": "M4 7h16M4 12h16M4 17h10",
    "plus": "M12 5v14M5 12h14",
    "close": "M6 6l12 12M18 6L6 18",
    "send": "M12 19V5M6 11l6-6 6 6",
    "stop": "M7 7h10v10H7z",
    "down": "M12 5v14M6 13l6 6 6-6",
    "left": "M14 6l-6 6 6 6",
    "right": "M10 6l6 6-6 6",
    "scope": "M4 6h16M7 12h10M10 18h4",
    "theme": "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
    "search": "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15.5 15.5L20 20",
}


def icon(name: str) -> str:
    """A small line drawing, silent for the ear."""
    return f'<svg class="ic" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{_ICONS[name]}"/></svg>'


def button(name: str, key: str, *, css: str = "ib", extra: str = "") -> str:
    """A button that shows only an icon; its name is for the ear and for the pointer that rests on it."""
    both = f"{named(key)} {named(key, attribute='title')}"
    return f'<button type="button" class="{css}" {both} {extra}>{icon(name)}</button>'


def head(facts: dict[str, int]) -> str:
    """What stands first in ``<head>``: theme and language before anything is painted, then our own files.

    Gradio picks its language from ``navigator.language`` when it starts, hence the property.
    """
    return (
        "<script>(()=>{const g=k=>{try{return localStorage.getItem(k)}catch(e){return null}};"
        "const l=g('wenju.lang')||(/^zh-(TW|HK|MO|Hant)/i.test(navigator.language)?'zh-TW':'zh-CN');"
        "const t=g('wenju.theme')||(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light');"
        "Object.defineProperty(navigator,'language',{get:()=>l,configurable:true});"
        "document.documentElement.lang=l;document.documentElement.dataset.theme=t;"
        f"window.wenju={{lang:l,theme:t,limits:{json.dumps(facts)}}}}})()</script>"
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="own/page.css">'
        '<link rel="icon" type="image/svg+xml" href="own/mark.svg">'
        '<script type="module" src="own/main.js"></script>'
    )


def header() -> str:
    """Name, the two views, language, theme."""
    choices = "".join(f'<option value="{code}" lang="{code}">{_LANGUAGE_NAMES[code]}</option>' for code in LANGUAGES)
    return (
        f'<a class="skip" href="#ask">{label("skip")}</a>'
        f'<header class="top">{button("menu", "nav.menu", extra="id=menu aria-expanded=false aria-controls=side")}'
        f'<a class="brand" href="?" id="brand"><img src="own/mark.svg" alt="" width="30" height="30">'
        f"{label('app.name', attrs='class=name')}{label('app.tagline', attrs='class=tag')}</a>"
        f'<nav class="views" {named("app.name")}>'
        f'<button type="button" data-view="chat" aria-current="page">{label("nav.chat")}</button>'
        f'<button type="button" data-view="docs">{label("nav.docs")}</button></nav>'
        f'<div class="tools"><select id="lang" {named("nav.lang")}>{choices}</select>'
        f"{button('theme', 'nav.theme', extra='id=theme')}</div></header>"
        f'<div id="banner" role="alert" hidden>{label("offline")}</div>'
    )


def sidebar() -> str:
    """The list of conversations."""
    return (
        f'<div id="veil" hidden></div><aside id="side" {named("nav.menu")}>'
        f'<button type="button" class="new" id="new">{icon("plus")}{label("chat.new")}</button>'
        f'<label class="find">{icon("search")}<input id="find" type="search" autocomplete="off" '
        f"{named('chat.search')} {named('chat.search', attribute='placeholder')}></label>"
        f'<ul id="talks"></ul>{label("chat.local", tag="p", attrs="class=local")}</aside>'
    )


def conversation() -> str:
    """The conversation with its question box, and the documents view."""
    return f'<div id="main">{_chat()}{_documents()}</div>{_dialogs()}<div id="toasts" role="status"></div>'


def panel() -> str:
    """The source panel, empty until a citation is opened."""
    tabs = (
        f'<div class="seg" role="group" {named("panel.view")}>'
        f'<button type="button" data-mode="html" aria-pressed="true">{label("panel.clean")}</button>'
        f'<button type="button" data-mode="raw" aria-pressed="false">{label("panel.raw")}</button></div>'
    )
    walk = (
        f'<div class="walk" id="p-walk">{button("left", "panel.prev", extra="id=p-prev")}<span id="p-count"></span>'
        f"{button('right', 'panel.next', extra='id=p-next')}</div>"
    )
    tools = "".join(
        f'<button type="button" class="btn" id="{i}">{label(key)}</button>'
        for i, key in (("p-open", "panel.open"), ("p-cite", "panel.cite"), ("p-link", "panel.link"))
    )
    return (
        f'<aside id="panel" role="region" {named("panel.label")} tabindex="-1" hidden><div class="ptop">{walk}'
        f"{tabs}{button('close', 'panel.close', extra='id=p-close')}</div>"
        '<div class="phead"><h2 id="p-title"></h2><p id="p-meta"></p><p id="p-note"></p></div>'
        f'<div class="pdoc" id="p-doc" tabindex="0" role="document" {named("panel.label")}></div>'
        f'<div class="pfoot">{tools}</div></aside>'
    )


def login_page(next: str, problem: str = "") -> str:
    """The page that asks for the password; works without script."""
    fault = f'<p class="fault" role="alert">{escape(problem)}</p>' if problem else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>问据 · 登录</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="own/page.css"><link rel="icon" href="own/mark.svg"></head>'
        '<body class="login"><main><img src="own/mark.svg" alt="" width="52" height="52"><h1>问据</h1>'
        f'<form method="post" action="login">{fault}<label for="word">密码</label>'
        '<input id="word" name="word" type="password" autocomplete="current-password" required autofocus>'
        f'<input type="hidden" name="next" value="{escape(next)}"><button class="btn main">进入</button></form>'
        "</main></body></html>"
    )


def _chat() -> str:
    scope = (
        f'<button type="button" class="scope" id="scope" aria-haspopup="dialog">{icon("scope")}'
        f'<span id="scope-now">{label("ask.scope")}</span></button>'
    )
    return (
        f'<section id="view-chat" {named("nav.chat")}><div id="scroll" tabindex="-1"><div id="empty">'
        f'<img src="own/mark.svg" alt="" width="56" height="56">{label("hero.title", tag="h1")}'
        f'{label("hero.lead", tag="p", attrs="class=lead")}<div id="try"></div><p id="stock" role="status">'
        f'{label("docs.waiting")}</p></div><button type="button" class="btn" id="earlier" hidden></button>'
        f'<div id="log"></div></div>'
        f'<form id="composer">{button("down", "ask.bottom", css="ib bottom", extra="id=bottom hidden")}'
        f'<div class="box"><textarea id="ask" rows="1" enterkeyhint="send" {named("ask.label")} '
        f'{named("ask.placeholder", attribute="placeholder")}></textarea><div class="row">{scope}'
        f"{label('ask.hint', attrs='class=hint')}"
        f"{button('send', 'ask.send', css='go', extra='id=send')}"
        f"{button('stop', 'ask.stop', css='go', extra='id=stop hidden')}"
        '</div></div></form><p class="sr" id="voice" role="status"></p></section>'
    )


def _documents() -> str:
    kinds = ",".join(TYPES)
    return (
        f'<section id="view-docs" {named("nav.docs")} hidden><div class="docs"><div id="shelf">'
        f'<div class="dhead"><div>{label("docs.title", tag="h1")}{label("docs.lead", tag="p")}</div>'
        f'<button type="button" class="btn main" id="add">{icon("plus")}{label("docs.add")}</button></div>'
        f'<input type="file" id="files" multiple hidden accept="{kinds}">'
        f'<p class="drop" id="drop"></p><ul id="ups" aria-live="polite"></ul>'
        f'<label class="find">{icon("search")}<input id="dfind" type="search" autocomplete="off" '
        f'{named("docs.find")} {named("docs.find", attribute="placeholder")}></label><ul id="rows"></ul></div>'
        f'<article id="reader" hidden><button type="button" class="btn" id="back">{icon("left")}'
        f"{label('docs.back')}</button>"
        '<h1 id="r-title" tabindex="-1"></h1><p id="r-meta" class="meta"></p><div class="rbody">'
        f'<details id="r-outline"><summary>{label("docs.outline")}</summary><ol></ol></details>'
        '<div id="r-text" class="pdoc"></div></div></article></div></section>'
    )


def _dialogs() -> str:
    reasons = "".join(
        f'<label class="tick"><input type="checkbox" name="reason" value="{r}">{label(f"feedback.{r}")}</label>'
        for r in REASONS
    )
    cancel = label("cancel", tag="button", attrs='type="button" class="btn" data-close')
    return (
        f'<dialog id="d-feedback" aria-labelledby="df-t"><form method="dialog">'
        f'{label("feedback.title", tag="h2", attrs="id=df-t")}<div class="ticks">{reasons}</div>'
        f'<label class="field">{label("feedback.remark")}<textarea name="remark" rows="3" maxlength="2000"></textarea>'
        f'</label><div class="acts">{cancel}{_ok("feedback.send")}</div></form></dialog>'
        f'<dialog id="d-scope" aria-labelledby="ds-t"><form method="dialog">'
        f"{label('scope.title', tag='h2', attrs='id=ds-t tabindex=-1 autofocus')}"
        f'<label class="find" id="ds-find">{icon("search")}<input type="search" autocomplete="off" '
        f"{named('scope.find')} {named('scope.find', attribute='placeholder')}></label>"
        f'<div id="ds-body"></div><div class="dates"><label class="field">{label("scope.since")}'
        f'<input type="date" name="since"></label><label class="field">{label("scope.until")}'
        f'<input type="date" name="until"></label></div><div class="acts">'
        f'<button type="button" class="btn" id="ds-clear">{label("scope.clear")}</button>'
        f"{_ok('scope.apply')}</div></form></dialog>"
        f'<dialog id="d-name" aria-labelledby="dn-t"><form method="dialog">'
        f"{label('chat.rename', tag='h2', attrs='id=dn-t')}"
        f'<label class="field">{label("chat.rename.label")}<input name="name" maxlength="80" required></label>'
        f'<div class="acts">{cancel}{_ok("save")}</div></form></dialog>'
    )


def _ok(key: str) -> str:
    return f'<button class="btn main" value="ok">{label(key)}</button>'
