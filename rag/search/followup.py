"""A question in a conversation → the question that stands alone, by rules, without a model. Pure and deterministic.

    那第二条呢？   → 银川市推出的产改举措第二条：搭建新型学徒平台
    作者是谁？     → 《银川13条举措打通职工成长成才快车道》的作者是谁？
    为什么？       → 银川市推出产改举措，为什么？

A question that has a topic of its own is left as it is. Earlier turns are resolved first, oldest to newest, so that
the third question may lean on the second, which leaned on the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.corpus.fold import fold
from rag.corpus.numerals import chinese_value
from rag.types import Question, Quote, Turn

TURNS = 6
"""Earlier turns that are looked at."""
OWN_TOPIC = 7
"""Content characters that make a question without pronouns stand alone."""
ITEM = 60
"""Characters of a list item that are carried."""

_ASKING = re.compile(
    r"请问|请介绍|请说明|请列出|展开(?:说说|讲讲|谈谈|说)?|详细(?:说说|讲讲|说明|介绍|说)?|具体(?:说说|讲讲|内容|来说)?|说说|讲讲|谈谈|介绍一下|解释一下|举例|"
    r"为什么|为何|什么时候|什么时间|什么意思|什么|哪些|哪几[个项条点]|哪个|哪位|哪里|哪儿|哪年|哪|谁|多少|几[个项条点种次场]|几|"
    r"怎么样|怎么|怎样|如何|是否|能否|有没有|是不是|还有|其他|其它|另外|除此之外|此外|呢|吗|吧|啊|那么|^那|继续|然后|接着|再|又|也|都|有|是|的|了|做|要|在|会|"
    r"\b(?:what|which|who|when|where|why|how|many|much|about|does|did|do|is|are|was|were|the|an?|of|in|on|to|and|else|more|for|tell|me)\b"
)
_PERSON = re.compile(
    r"(?<![其])[他她](?!人|国|们的?关系)们?|这位(?:作者|记者|同志|领导|先生|女士|师傅)?|此人|\b(?:he|she|his|her|him)\b"
)
_ARTICLE = re.compile(
    r"(?:这|该|本|上述|刚才那|那)(?:一)?(?:篇|份)(?:文章|报道|讲话|新闻|文件|稿子|文)?|(?:该|本|此)文(?![件化明])|(?:文章|文中|讲话|报道)(?=里|中|还|的|是|提|对|怎|什|有|作|最|第|,|，)"
)
_AUTHOR = re.compile(r"^(?:那么?)?(?:这|该|它的?|其)?(?:文章的?|文的)?(?:作者|记者|通讯员)|\bauthor\b")
_THING = re.compile(
    r"(?<!其)它们?|其(?!他|它|中|次|余|实|一|二|三)|其中|(?<![如因])此(?!外|前)(?:次|项|举|事)?|上述|前者|后者|刚才|以上|上面|前面|"
    r"这(?:些|个|项|次|种|场|一|里|样|两|几|三|四|五|六|八|十|是|件|条|句)?|(?<![应本活])该(?:活动|机制|体系|项目|意见|文件|行动|公司|集团|市|会|计划|平台)?|"
    r"(?<!^)那(?:些|个|项|次|种|场|里|条)|\b(?:it|its|they|them|their|this|that|these|those)\b"
)
_ORDINAL = re.compile(
    r"第?([一二两三四五六七八九十]{1,3}|\d{1,2})(?:个|条|点|项|方面|句|种|部分|步)(?!对标|[^呢吗是的讲说指具展怎有为什如在内又还,，?？。]{2})|第([一二三四五六七八九十]{1,3}|\d{1,2})|(最后)一?(?:个|条|点|项)?"
)
_FRESH = re.compile(
    r"《[^》]{2,}》|[“「『\"][^”」』\"]{2,}[”」』\"]|[\u4e00-\u9fff]{2,}(?:市|省|县|集团|公司|大赛|培训班|学院)"
)
_CALLED = re.compile(r"^(?:那么?|再看|换成?|如果是?)?(.{2,14}?)(?:方面|这边|那边)?(?:呢|又?如何|怎么样)[?？]?$")


@dataclass(frozen=True, slots=True)
class Standalone:
    """The question to search for; ``carried`` is what was taken from the conversation, "" when nothing was."""

    text: str
    carried: str = ""


def stand_alone(question: Question) -> str:
    """The text to search for."""
    return rewrite(question).text


def rewrite(question: Question) -> Standalone:
    """``question`` with what it leaves unsaid put in from the last turns."""
    resolved: Turn | None = None
    for turn in question.history[-TURNS:]:
        own = turn.question if resolved is None else _complete(turn.question, resolved).text
        resolved = replace(
            turn, question=own, quotes=turn.quotes or (resolved.quotes if resolved and own != turn.question else ())
        )
    return Standalone(question.text) if resolved is None else _complete(question.text, resolved)


def depends(text: str) -> bool:
    """Whether a question leans on what was said before."""
    folded = fold(text)
    if _FRESH.search(folded) and not (_PERSON.search(folded) or _THING.search(folded) or _CALLED.match(folded)):
        return False
    cues = (_PERSON, _ARTICLE, _AUTHOR, _THING)
    return any(cue.search(folded) for cue in cues) or bool(_CALLED.match(folded)) or _own_words(folded) < OWN_TOPIC


def _complete(text: str, last: Turn) -> Standalone:
    folded = fold(text)
    if not depends(text):
        return Standalone(text)
    for rule in (_item, _author, _article, _person, _swap, _thing):
        if (found := rule(text, folded, last)) is not None:
            return found
    topic = topic_of(last.question)
    return Standalone(f"{topic}，{_bare(text)}", topic) if topic else Standalone(text)


def _item(text: str, folded: str, last: Turn) -> Standalone | None:
    """第三点展开说说: the third item of the last list."""
    match = _ORDINAL.search(folded)
    if match is None or _own_words(folded[: match.start()] + folded[match.end() :]) >= OWN_TOPIC:
        return None
    number = -1 if match[3] else _number(match[1] or match[2])
    item = list_item(last.quotes, number)
    topic = topic_of(last.question)
    said = match.group() if match.group().startswith(("第", "最后")) else f"第{match.group()}"
    carried = f"{topic}{said}" + (f"：{item}" if item else "")
    rest = _bare(text[: match.start()] + text[match.end() :])
    return Standalone(f"{carried}，{rest}" if _own_words(fold(rest)) else carried, carried)


def _author(text: str, folded: str, last: Turn) -> Standalone | None:
    match, title = _AUTHOR.search(folded), _title(last)
    if match is None or not title:
        return None
    return Standalone(f"《{title}》的{_bare(text)}", f"《{title}》")


def _article(text: str, folded: str, last: Turn) -> Standalone | None:
    match, title = _ARTICLE.search(folded), _title(last)
    if match is None or not title:
        return None
    return Standalone(_bare(f"{text[: match.start()]}《{title}》{text[match.end() :]}"), f"《{title}》")


def _person(text: str, folded: str, last: Turn) -> Standalone | None:
    match = _PERSON.search(folded)
    name = person_of(last) if match else ""
    if match is None or not name:
        return None
    return Standalone(_bare(f"{text[: match.start()]}{name}{text[match.end() :]}"), name)


def _swap(text: str, folded: str, last: Turn) -> Standalone | None:
    """深圳呢？ after a question about 银川: the same question about 深圳."""
    match = _CALLED.match(folded)
    if match is None or _own_words(match[1]) < 2:
        return None
    from rag.corpus.mentions import find_names  # loads jieba; few follow-ups need it

    new = text[match.start(1) : match.end(1)]
    before, now = find_names(fold(last.question)), find_names(match[1])
    for old, fresh in ((before.places, now.places), (before.people, now.people)):
        if old and fresh and (at := fold(last.question).find(old[0])) >= 0:
            return Standalone(f"{last.question[:at]}{new}{last.question[at + len(old[0]) :]}", last.question)
    return None


def _thing(text: str, folded: str, last: Turn) -> Standalone | None:
    match = _THING.search(folded)
    topic = topic_of(last.question)
    if match is None or not topic:
        return None
    noun = match.group()
    joint = "中" if noun in ("其中", "以上", "上述", "上面", "前面", "刚才", "这里") else ""
    kept = re.sub("^(?:这|那|该|此)(?:些|个|项|次|种|场|一|里|样|两|几|件|条|句)?", "", noun)
    return Standalone(
        _bare(f"{text[: match.start()]}{topic}{joint}{kept if len(kept) > 1 else ''}{text[match.end() :]}"), topic
    )


def topic_of(question: str) -> str:
    """What a question is about: the question without the words that ask.

    >>> topic_of("工会理论培训班讲话提出的八个对标是哪些？")
    '工会理论培训班讲话提出的八个对标'
    """
    folded = fold(question)
    cut = re.compile(
        r"请问|请|(?:是|有|指|叫|包括|分别是)?(?:什么时候|什么时间|什么意思|什么|哪些|哪几[个项条点]|哪[个位里儿年]|谁)|为什么|为何|有?多少[个条项场人名家次种篇]?|"
        r"(?<=了)几|是?怎么样?|怎样|如何|是否|有没有|是不是|[吗呢吧啊?？。！]|^那么?"
    )
    kept = [True] * len(question)
    for match in cut.finditer(folded):
        kept[match.start() : match.end()] = [False] * (match.end() - match.start())
    return "".join(c for c, keep in zip(question, kept, strict=True) if keep).strip(" ，,：:；;、")


def person_of(last: Turn) -> str:
    """Whom the last turn was about: named in the question, the answer's focus, or in its first quote, or the author."""
    from rag.corpus.mentions import find_names, is_person

    for quote in last.quotes[:1]:
        if is_person(quote.focus):
            return quote.focus
    for text in (last.question, *(quote.text for quote in last.quotes[:1])):
        people = find_names(fold(text)).people
        if people:
            at = fold(text).index(people[0])
            return text[at : at + len(people[0])]
    return next((quote.passage.author for quote in last.quotes if quote.passage.author), "")


def list_item(quotes: tuple[Quote, ...], number: int) -> str:
    """The words of item ``number`` (-1: the last): of a list given as quotes, or standing in the quoted passages."""
    if not quotes or number == 0 or number < -1:
        return ""
    if len(quotes) > 1 and number <= len(quotes):
        return _opening(quotes[number - 1 if number > 0 else -1].text)
    items = [item for quote in quotes for item in _listed(quote.passage.text)]
    chosen = [text for n, text in items if n == number] or [text for _, text in items[-1:] if number == -1]
    return _opening(chosen[0]) if chosen else ""


_MARK = re.compile(
    r"(?:(?<=[。；;，,：:”\n])|^)\s*(?:第([一二三四五六七八九十]{1,3})[,，、条]?|([一二三四五六七八九十]{1,3})(?:是|要|、)|其([一二三四五六七八九十])[,，、]?|\(?(\d{1,2})[.、)])"
)


def _listed(text: str) -> list[tuple[int, str]]:
    marks = list(_MARK.finditer(fold(text)))
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [
        (_number(next(g for g in m.groups() if g)), text[m.start() : end]) for m, end in zip(marks, ends, strict=True)
    ]


def _opening(text: str) -> str:
    first = re.split("[。；;！？\n]", text.strip())[0]
    return first[:ITEM]


def _number(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else int(chinese_value(numeral.replace("两", "二")))


def _title(last: Turn) -> str:
    return next((quote.passage.title for quote in last.quotes if quote.passage.title), "")


def _bare(text: str) -> str:
    return re.sub(r"^(?:那么|那|那麼)?[,，]?", "", text.strip())


def _own_words(folded: str) -> int:
    """Characters of content: not asking, not punctuation."""
    return len(re.sub(r"[^\w\u3400-\u9fff]|[_\s]", "", _ASKING.sub("", folded)))
