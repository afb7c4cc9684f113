"""Names of people and places in Chinese text, by jieba's tags and the list of surnames. Loads jieba when first used.

Text must be folded (Simplified). Not found: given names alone, foreign names without the dot ·, nicknames.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲台从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殳"
    "沃利蔚越夔隆师巩厍聂晁勾敖融冷辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公晋楚闫法汝鄢涂钦岳帅缑亢况郈有"
    "琴商牟佘佴伯赏墨哈谯笪年爱阳佟言福迟覃肖代苟付仝区仉"
)
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木")
NOT_PERSONS = frozenset(
    ["文明", "和谐", "高尚", "安全", "平安", "国家", "全国", "明确", "成长", "成才", "高峰", "师傅", "关爱", "温馨", "高举", "都市", "方针", "常态", "严格", "周年", "元旦", "公有", "万里", "明珠", "华丽", "有方", "党建"]
)
EVERYWHERE = frozenset(["中国", "全国", "我国", "国内", "国外", "世界", "中华", "祖国", "华夏"])
"""Places that name no place in a Chinese newspaper; a paraphrase adds or drops them freely."""

_FOREIGN = re.compile(r"[\u4e00-\u9fff]{2,7}·[\u4e00-\u9fff]{2,7}")
_SAYS = re.compile(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,3})(?=(?:说|表示|指出|介绍|认为|强调|坦言|透露)[,:，：]?)")


@dataclass(frozen=True, slots=True)
class Names:
    """Names in order of appearance, each once."""

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_names(folded: str) -> Names:
    """People (surname first, 2-4 characters, tagged as a name or speaking) and places of ``folded``."""
    import jieba.posseg  # 0.8 s and 60 MB: only when a model's sentence or a follow-up needs it

    logging.getLogger("jieba").setLevel(logging.WARNING)
    people: dict[str, None] = dict.fromkeys(_FOREIGN.findall(folded))
    places: dict[str, None] = {}
    for token in jieba.posseg.cut(folded):
        word, flag = str(token.word), str(token.flag)
        if flag.startswith("nr") and is_person(word):
            people[word] = None
        elif flag in ("ns", "nt") and len(word) > 1 and word not in EVERYWHERE:
            places[word] = None
    people.update(dict.fromkeys(name for name in _SAYS.findall(folded) if is_person(name)))
    return Names(tuple(people), tuple(places))


def is_person(word: str) -> bool:
    """Whether ``word`` has the shape of a Chinese person's name and is not a known common word."""
    if word in NOT_PERSONS or not 2 <= len(word) <= 4:
        return False
    return (len(word) <= 3 and word[0] in SURNAMES) or word.startswith(COMPOUND)
