"""Who signed: names in bylines, reporters' lines, credits and role notes.

All matching is done on folded text of the same length, so a Traditional page is read like a Simplified one and the
names that come out are the original's own characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.corpus.fold import fold
from rag.corpus.words import is_common_word

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴"
    "莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童"
    "凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚"
    "娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池"
    "查麻苑迟邝官封谈匡鞠惠荆乐冀胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖"
    "练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辛羊阴乌母裘亓修邰赫杭况那"
    "宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阿步"
)
_COMPOUND = frozenset(
    {
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "司徒",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "夏侯",
        "慕容",
        "令狐",
        "端木",
        "南宫",
        "长孙",
        "宇文",
    }
)
_HAN = r"\u3400-\u9fff"
_WORD = re.compile(rf"[{_HAN}]{{2,4}}|[{_HAN}]{{1,8}}(?:·[{_HAN}]{{1,10}}){{1,3}}")
_DUTY = (
    r"(?:本报|本刊|本网|本台|新华社|中新社|人民网|央视|[一-鿿]{2,6}(?:日报|晚报|时报|早报|周报|都市报|网|社))?"
    r"(?:首席|特约|特派|驻[一-鿿]{2,4}|见习|实习|全媒体|融媒体|见习|文字|摄影|高级|资深)*"
    r"(?:记者|通讯员|评论员|撰稿人?|特约撰稿|特稿|编辑|责编|整理|撰文|执笔|主笔|作者|编译|文字"
    r"|文[/／]图|图[/／]文|图文|(?<![一-鿿])文(?=[/:： 丨|])|报道组|采访|口述|讲述)"
)
_DUTIES = re.compile(_DUTY)
_WROTE = re.compile(
    r"(?:\s*(?:文[/／、]?[图摄]|图[/／、]?文|摄影报道)|(?<=[一-鿿]{2})(?:\s*[/／]\s*|\s+)[文图摄])(?![一-鿿])"
)
"""What a name wrote or drew, said after it: 曾静 文/图, 张三/文."""
_BULLET = re.compile(r"^[□■◎●◆▲△○★☆※◇▪•—\-–\s]+")
_LINE = re.compile(rf"(?:{_DUTY})[\s:：/|丨]*")
_INLINE = re.compile(
    r"[【\[]?(?:本报|本刊|本网|新华社|中新社|人民网|[一-鿿]{2,6}[报网社])"
    r"(?:[一-鿿]{2,12}?\d{1,2}月\d{1,2}日)?\s*(?:专?讯|专?电|消息)[】\]]?[\s:：]*"
    r"[(（](?P<credits>[^()（）]{3,80})[)）]"
)
_REPORT = re.compile(
    r"(?P<left>[【〔\[(（])?(?:本报|[一-鿿]{2,6}[社报网])?(?:综合|特派|特约|驻[一-鿿]{1,4})*记者(?P<credits>[一-鿿、·\s]{2,24}?)"
    r"(?:[／/|]\s*(?:[一-鿿]{2,6})?|\s*(?P<place>[一-鿿]{2,4})?\s*(?:\d{0,2}月?\d{1,2}日)?)\s*(?:综合|专访|摄影|特稿)*(?:报导|报道|专电|电|讯)"
    r"(?(left)[】〕\])）]|[:：\s]*$)"
)
_INLINE_REPORT = re.compile(
    r"(?:本报|本刊|本网|本台|[一-鿿]{2,6}[报网社台])?[^\S\n]*(?:[一-鿿]{2,8}\d{1,2}月\d{1,2}日)?[讯电][\s,，]*"
    r"(?:首席|特约|特派|见习|实习|全媒体|融媒体)*记者\s*(?P<credits>[一-鿿、\s]{2,24}?)\s*报道[:：,，]?"
)
_INLINE_PLAIN = re.compile(
    r"[(（](?P<credits>(?:本报|本刊|新华社)?(?:首席|特约|见习|实习|驻[一-鿿]{2,4})*(?:记者|通讯员|评论员)[^()（）]{2,60})[)）]"
)
_PENNED = re.compile(r"(?:执笔人?|撰稿人?|整理|采写|撰文|文)\s*[:：]")
_SENTENCE_END = re.compile(r"[。！？!?…][”’」』]?\s*$")
_NOTE = re.compile(
    r"[(（](?:本文|本篇)?(?:作者|笔者|讲述者|受访者|译者)(?P<about>[^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*)[)）]"
)
_NOTE_LINE = re.compile(r"(?:本文)?作者(?:简介|单位|信息|系|为)[:：]?\s*(?P<about>\S.{3,200})$")
_ABOUT = re.compile(r"^(?:简介|单位|职务)?[\s:：,，]*(?:分别)?(?:系|为|是|任)?[\s:：]*")
_LABELLED = re.compile(r"(?:作者|记者|撰文|文)\s*[:：]\s*(?P<who>[一-鿿·]{2,8}(?:[、 ][一-鿿·]{2,4})*)(?=\s|$|[(（|])")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature: the part ``start:end`` of the text that holds it, the names, and the role it gives."""

    start: int
    end: int
    names: tuple[str, ...]
    role: str = ""


def is_name(word: str) -> bool:
    """Whether ``word`` alone looks like a Chinese personal name: 王敏, 欧阳修 yes; 观点, 高考 no."""
    word = fold(word)
    if not _WORD.fullmatch(word):
        return False
    if "·" in word:
        return True
    if word[:2] in _COMPOUND:
        return len(word) in (3, 4)
    return word[0] in _SURNAMES and len(word) in (2, 3) and not is_common_word(word)


def bare_names(line: str) -> tuple[str, ...]:
    """The names of a line that holds nothing else ("马 璐" is one name); () when it is something else."""
    if len(line) > 60:
        return ()
    tokens = _tokens(_WROTE.sub("", _BULLET.sub("", line)))
    return tokens if 0 < len(tokens) <= 8 and all(map(is_name, tokens)) else ()


def byline(line: str) -> Signed | None:
    """A line that only says who wrote: "甘卫斌 闻效仪", "本报记者 杨明清 通讯员 宋佳", "文/张三"."""
    if len(line) > 80 or "。" in line:
        return None
    names = bare_names(line)
    body = _BULLET.sub("", line)
    if not names and _LINE.match(fold(body)):
        names = credited(body)
    return Signed(0, len(line), names) if names else None


def inline_byline(text: str) -> Signed | None:
    """The reporters' line before a report: "本报讯(记者马学礼 通讯员刘斌)"; the report follows it directly."""
    head = fold(text[:120])
    if (report := _REPORT.match(head)) is not None:
        end = report.end("place") if report["place"] else report.end("credits")
        return Signed(0, report.end(), _leading_names(text[report.start("credits") : end], bool(report["place"])))
    if (report := _INLINE_REPORT.match(head)) is not None:
        return Signed(0, report.end(), credited(text[report.start("credits") : report.end("credits")]))
    found = _INLINE.match(head)
    if found is None or not _DUTIES.search(found["credits"]):
        return None
    return Signed(0, found.end(), credited(text[found.start("credits") : found.end("credits")]))


def _leading_names(text: str, placed: bool) -> tuple[str, ...]:
    """Names of a report's line; ``placed``: a place of two or more characters may follow at once (陳美玲東京)."""
    names: list[str] = []
    for word in re.split(r"[、\s]+", text):
        size = 4 if fold(word[:2]) in _COMPOUND else 3
        if placed and len(word) > 3:
            size = size if len(word) - size >= 2 else size - 1
        if word and _may_be_name(word):
            names.append(word[:size])
    return tuple(names)


def closing_byline(text: str) -> Signed | None:
    """Who signs a report in brackets after it: "(本报记者 张三)", "…86人参训。(陈 晨)", "(执笔:王建军)"."""
    if text[-1:] not in ")）":
        return None
    start = max(text.rfind("(", -90), text.rfind("（", -90))
    if start < 0:
        return None
    inside = text[start + 1 : -1]
    if _INLINE_PLAIN.fullmatch(fold(text[start:])) or _PENNED.match(fold(inside)):
        names = credited(inside)
    else:
        names = bare_names(inside) if _SENTENCE_END.search(text[:start]) else ()
    return Signed(start, len(text), names) if names else None


def role_note(text: str) -> Signed | None:
    """The note on the author at the end of ``text``: "(作者系全国总工会副主席)", "(作者单位:中共济南市委党校)"."""
    folded = fold(text[-400:])
    offset = len(text) - len(folded)
    found = None
    if folded[-1:] in ")）" and folded:
        found = next((m for m in _NOTE.finditer(folded) if m.end() == len(folded)), None)
    if found is None and offset == 0:
        found = _NOTE_LINE.match(folded)
    if found is None:
        return None
    about = text[offset + found.start("about") : offset + found.end("about")]
    lead = _ABOUT.match(fold(about))
    role = about[lead.end() if lead else 0 :].strip(" 。")
    return Signed(offset + found.start(), len(text), noted_names(role), role)


def noted_names(role: str) -> tuple[str, ...]:
    """Names inside a role note: "甘卫斌、葛国耀单位为…,闻效仪单位为…" → the three; () when it only gives a post."""
    names: list[str] = []
    for part in re.split(r"[,，;；。]", role):
        lead = re.match(rf"((?:[{_HAN}]{{2,4}}、)*?[{_HAN}]{{2,4}}?)(?:分别)?(?:单位)?(?:为|系|是|任)", fold(part))
        if lead:
            words = part[: lead.end(1)].split("、")
            names += words if all(map(is_name, words)) else []
    words = role.split()
    if not names and len(words) > 1 and is_name(words[-1]):  # 作者为…教授 王丽容
        names.append(words[-1])
    return tuple(dict.fromkeys(names))


def labelled_names(line: str) -> tuple[str, ...]:
    """The author in a line of facts: "2024-03-05 来源：工人日报 作者：刘洋"."""
    found = _LABELLED.search(fold(line))
    return credited(line[found.start("who") : found.end("who")]) if found else ()


def credited(text: str) -> tuple[str, ...]:
    """Names in a list of credits ("记者马学礼 通讯员刘斌"); words that cannot be names are left out."""
    folded = fold(text)
    plain = list(text)
    for duty in (*_WROTE.finditer(folded), *_DUTIES.finditer(folded)):
        plain[duty.start() : duty.end()] = " " * (duty.end() - duty.start())
    return tuple(name for name in _tokens("".join(plain)) if _WORD.fullmatch(fold(name)) and _may_be_name(name))


def _may_be_name(word: str) -> bool:
    folded = fold(word)
    return "·" in word or folded[0] in _SURNAMES or folded[:2] in _COMPOUND


def _tokens(text: str) -> tuple[str, ...]:
    """Words between blanks and commas; two single characters in a row are one widened name (马 璐)."""
    words = [word for word in re.split(r"[\s、,，/／;；:：|丨&和]+", text) if word]
    joined: list[str] = []
    waiting = ""
    for word in words:
        if len(word) == 1 and not waiting:
            waiting = word
            continue
        joined.append(waiting + word if waiting and len(word) == 1 else word)
        if waiting and len(word) != 1:
            return ()
        waiting = ""
    return () if waiting else tuple(joined)
