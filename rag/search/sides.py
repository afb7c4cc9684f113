"""A question about two things ("银川和百色的办法有什么不同") → one question about each."""

from __future__ import annotations

import re

_ASKS_BOTH = re.compile(r"区别|不同|异同|相同|比较|对比|相比|差别|共同点|哪个更?[多少大小高低早晚]|各自|各|分别")
_PAIR = re.compile(
    r"(?P<one>“[^”]{1,20}”|[^，。？；：、“”]{2,12}?)(?:和|与|跟|同|以及)(?P<other>“[^”]{1,20}”|[^，。？；：、“”]{2,12}?)"
    r"(?P<rest>(?:的|在|对|里|中|这|各|分别|哪个|有什么|之间|工会|两).*)$"
)
_BEFORE = re.compile(r"^(?:请)?(?:比较|对比)(?:一下)?|^(?:请问)")
_COMPARING = re.compile(
    r"(?:之间)?(?:有|是)?(?:什么|哪些|何|没有)?的?(?:区别|不同|异同|差别|共同点|相同之处)(?:是什么|在哪里?|吗)?|"
    r"(?:两者|二者|这?两(?:个|篇|地|者|家))|分别|各自|各|哪个更?(?=[多少大小高低早晚])|相比"
)


def sides(question: str) -> tuple[str, ...]:
    """The question asked of either side alone; () when it does not set two things side by side.

    >>> sides("银川和百色在培养产业工人技能方面的办法有什么不同？")
    ('银川在培养产业工人技能方面的办法？', '百色在培养产业工人技能方面的办法？')
    """
    if not _ASKS_BOTH.search(question):
        return ()
    found = _PAIR.search(_BEFORE.sub("", question))
    if found is None:
        return ()
    before = found.string[: found.start()]
    rest = _COMPARING.sub("", found["rest"])
    return f"{before}{found['one']}{rest}", f"{before}{found['other']}{rest}"
