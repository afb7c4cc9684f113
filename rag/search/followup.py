"""A question in a conversation → the question that stands alone, by rules, without a model. Pure and deterministic.

    那第二条呢？   → 银川市推出的产改举措第二条：搭建新型学徒平台
    作者是谁？     → 《银川13条举措打通职工成长成才快车道》的作者是谁？
    为什么？       → 银川市推出产改举措，为什么？

A question that has a topic of its own is left as it is and starts a new topic. Earlier turns are read first, oldest to
newest, so that the third question may lean on the first through the second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

from rag.corpus.fold import fold
from rag.search.cues import (
    ARTICLE,
    ASKING,
    AUTHOR,
    CALLED,
    IT,
    ITEM,
    NAMED,
    OPEN_NOUN,
    OWN_SUBJECT,
    PERSON,
    SUBJECT,
    THING,
    TOPIC_CUT,
    VAGUE_TOPIC,
)
from rag.search.items import list_item, read_number
from rag.types import Question, Quote, Turn

TURNS = 6
"""Earlier turns that are looked at."""
OWN_TOPIC = 13
"""Content characters that make a question without pronouns and names stand alone."""
SHORT_ANSWER = 24
"""An answer no longer than this is carried with its question."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """The question to search for; ``carried`` is what was taken from the conversation, "" when nothing was."""

    text: str
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation has come to: its topic, and the last turn under it."""

    topic: str = ""
    subject: str = ""
    """What the topic's question asks about, as a noun: what 它 stands for."""
    last: Turn = field(default_factory=lambda: Turn("", ""))
    quotes: tuple[Quote, ...] = ()
    """Of the last turn that had any."""
    said: str = ""
    """All questions and answers under this topic, folded."""


def stand_alone(question: Question) -> str:
    """The text to search for."""
    return rewrite(question).text


def rewrite(question: Question) -> Standalone:
    """``question`` with what it leaves unsaid put in from the last turns."""
    talk = reduce(_hear, question.history[-TURNS:], Talk())
    return _complete(question.text, talk) if talk.topic else Standalone(question.text)


def depends(question: Question) -> bool:
    """Whether the question leans on what was said before."""
    talk = reduce(_hear, question.history[-TURNS:], Talk())
    return bool(talk.topic) and _leans(question.text, talk)


def wordings(question: Question) -> tuple[str, ...]:
    """What to search for, in the order of trying: a question that only stands in a conversation as it reads there, one
    that could stand alone first as it was typed.

    A short question without a pronoun (红烧肉怎么做才不腻？) may lean on the last one or change the subject: only what
    is found can tell.
    """
    full = stand_alone(question)
    if full == question.text:
        return (full,)
    short = _own_words(fold(question.text)) < OWN_TOPIC // 2
    return (full,) if cued(question.text) or short else (question.text, full)


def cued(text: str) -> bool:
    """Whether a word of the question itself points back: 它, 这篇文章, 第三条, 深圳呢？"""
    folded = fold(text)
    pointing = any(cue.search(folded) for cue in (PERSON, ARTICLE, AUTHOR, THING, ITEM))
    return pointing or CALLED.match(folded) is not None


def topic_of(question: str) -> str:
    """What a question is about: the question without the words that ask.

    >>> topic_of("工会理论培训班讲话提出的八个对标是哪些？")
    '工会理论培训班讲话提出的八个对标'
    """
    folded = fold(question)
    kept = [True] * len(question)
    for match in TOPIC_CUT.finditer(folded):
        kept[match.start() : match.end()] = [False] * (match.end() - match.start())
    left = "".join(c for c, keep in zip(question, kept, strict=True) if keep).strip(" ，,：:；;、。？?！!")
    return left[:-1] if left.endswith(("的", "了")) else left


def subject_of(question: str) -> str:
    """What stands before the words that ask, where they ask about it; "" where the question is built otherwise.

    >>> subject_of("徐留平文章里的《意见》是谁印发的？")
    '徐留平文章里的《意见》'
    """
    match = SUBJECT.match(fold(question))
    return question[: match.end(1)] if match else ""


def _hear(talk: Talk, turn: Turn) -> Talk:
    fresh = not talk.topic or not _leans(turn.question, talk)
    said = fold(f"{turn.question} {turn.answer} " + " ".join(q.passage.title for q in turn.quotes))
    if fresh:
        topic = topic_of(turn.question) or turn.question
        return Talk(topic, subject_of(turn.question) or topic, turn, turn.quotes, said)
    return Talk(talk.topic, talk.subject, turn, turn.quotes or talk.quotes, f"{talk.said} {said}")


def _leans(text: str, talk: Talk) -> bool:
    """Pronouns and gaps lean; so does a short question, unless it names something that was not spoken of."""
    folded = fold(text)
    if any(cue.search(folded) for cue in (PERSON, ARTICLE, AUTHOR, THING)) or CALLED.match(folded):
        return True
    subject = OWN_SUBJECT.match(folded)
    if subject and not OPEN_NOUN.search(subject[0]) and (subject[1] or subject[2]) not in talk.said:
        return False
    named = [match.group() for match in NAMED.finditer(folded)] + _names(folded)
    if named:
        return _own_words(folded) < OWN_TOPIC and all(name in talk.said for name in named)
    return _own_words(folded) < OWN_TOPIC


def _complete(text: str, talk: Talk) -> Standalone:
    if not _leans(text, talk):
        return Standalone(text)
    folded = fold(text)
    rules: tuple[Callable[[str, str, Talk], Standalone | None], ...] = (
        _item,
        _author,
        _article,
        _person,
        _swap,
        _thing,
    )
    for rule in rules:
        if (found := rule(text, folded, talk)) is not None:
            return found
    carried = _carried(talk)
    return Standalone(f"{carried}，{_bare(text)}", carried)


def _carried(talk: Talk) -> str:
    answer = re.sub(r"\[\d+\]|[。！？\s]", "", talk.last.answer)
    told = f"（{answer}）" if 0 < len(answer) <= SHORT_ANSWER and fold(answer) not in fold(talk.topic) else ""
    return f"{talk.topic}{told}"


def _item(text: str, folded: str, talk: Talk) -> Standalone | None:
    """第三点展开说说: the third item of the last list."""
    match = ITEM.search(folded)
    if match is None or _own_words(folded[: match.start()] + folded[match.end() :]) >= OWN_TOPIC // 2:
        return None
    number = -1 if match["last"] else read_number(match["a"] or match["b"])
    item = list_item(talk.quotes, number)
    said = text[match.start() : match.end()]
    said = said if said.startswith(("第", "最")) else f"第{_bare(said)}"
    carried = f"{talk.topic}{said}" + (f"：{item}" if item else "")
    rest = _bare(text[: match.start()] + text[match.end() :])
    return Standalone(f"{carried}，{rest}" if _own_words(fold(rest)) else carried, carried)


def _author(text: str, folded: str, talk: Talk) -> Standalone | None:
    match, title = AUTHOR.search(folded), _title(talk)
    if match is None or not title:
        return None
    return Standalone(f"《{title}》的{_bare(text)}", f"《{title}》")


def _article(text: str, folded: str, talk: Talk) -> Standalone | None:
    match, title = ARTICLE.search(folded), _title(talk)
    if match is None or not title:
        return None
    return Standalone(_bare(f"{text[: match.start()]}《{title}》{text[match.end() :]}"), f"《{title}》")


def _person(text: str, folded: str, talk: Talk) -> Standalone | None:
    match = PERSON.search(folded)
    name = person_of(talk) if match else ""
    if match is None or not name:
        return None
    named = _bare(f"{text[: match.start()]}{name}{text[match.end() :]}")
    if _own_words(folded) >= OWN_TOPIC // 2 or name in talk.topic:
        return Standalone(named, name)
    return Standalone(f"{talk.topic}，{named}", f"{talk.topic}，{name}")


def _swap(text: str, folded: str, talk: Talk) -> Standalone | None:
    """深圳呢？ after a question about 银川: the same question about 深圳."""
    match = CALLED.match(folded)
    if match is None or _own_words(match[1]) < 2:
        return None
    from rag.corpus.mentions import find_names  # loads jieba; few follow-ups need it

    new, question = text[match.start(1) : match.end(1)], talk.last.question
    before, now = find_names(fold(question)), find_names(match[1])
    for old, fresh in ((before.places, now.places), (before.people, now.people)):
        if old and fresh and (at := fold(question).find(old[0])) >= 0:
            return Standalone(f"{question[:at]}{new}{question[at + len(old[0]) :]}", question)
    return None


def _thing(text: str, folded: str, talk: Talk) -> Standalone | None:
    """它什么时候开始的？: the topic in the place of the pronoun, when it reads as a noun."""
    match = IT.search(folded)
    if match is None or VAGUE_TOPIC.search(fold(talk.subject)) or len(talk.subject) > 30:
        return None
    return Standalone(_bare(f"{text[: match.start()]}{talk.subject}{text[match.end() :]}"), talk.subject)


def person_of(talk: Talk) -> str:
    """Whom the last turn was about: the answer itself, the focus, named in question or answer, or the author."""
    from rag.corpus.mentions import find_names, is_person

    last = talk.last
    answer = re.sub(r"\[\d+\]|[。！？\s]", "", last.answer)
    focus = last.quotes[0].focus if last.quotes else ""
    for bare in (focus, answer):
        if is_person(fold(bare)):
            return bare
    for text in (last.question, talk.topic, last.answer, *(quote.text for quote in talk.quotes[:1])):
        people = find_names(fold(text)).people
        if people:
            at = fold(text).index(people[0])
            return text[at : at + len(people[0])]
    return next((quote.passage.author for quote in talk.quotes if quote.passage.author), "")


def _names(folded: str) -> list[str]:
    from rag.corpus.mentions import find_names

    names = find_names(folded)
    return [*names.people, *names.places]


def _title(talk: Talk) -> str:
    return next((quote.passage.title for quote in talk.quotes if quote.passage.title), "")


def _bare(text: str) -> str:
    return re.sub(r"^(?:那么|那麼|那(?![些个個项項次种種场場里裡儿兒条條边邊家部一位]))?[,，]?", "", text.strip())


def _own_words(folded: str) -> int:
    """Characters of content: not asking, not punctuation."""
    return len(re.sub(r"[^\w\u3400-\u9fff]|[_\s]", "", ASKING.sub("", folded)))
