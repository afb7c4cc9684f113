"""Names of people and places in Chinese text, by jieba's tags, surnames and offices. Loads jieba when first used.

Text must be folded (Simplified). Not found: given names alone, foreign names without the dot ·, nicknames.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SURNAMES = frozenset(
    "向万成时平赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"
    "鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐傅皮卞齐康伍余元卜顾孟黄"
    "穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭"
    "梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞柯昝管卢莫经房裘缪干解宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚"
    "程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬郗班仰秋仲伊宫"
    "宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲台鄂索咸籍赖卓蔺屠蒙池乔阴胥苍双闻"
    "莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容"
    "古易慎戈廖庾终暨居耿满弘匡文寇广禄阙东殳沃利蔚越夔隆师巩厍聂晁勾敖融冷辛阚简饶空曾毋沙"
    "乜养鞠须丰巢关蒯荆游竺权逯盖益桓晋楚闫法汝鄢涂钦岳帅缑亢况郈琴商牟佘佴伯赏墨谯笪"
    "爱阳佟言福迟覃肖代苟付仝区仉"
)
"""Without those that are far more often words than names (和 于 有 万 平 ...)."""
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木")
CITIES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|"
    "贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|石家庄|唐山|保定|邯郸|太原|大同|呼和浩特|包头|"
    "沈阳|大连|鞍山|长春|哈尔滨|齐齐哈尔|大庆|南京|苏州|无锡|常州|徐州|南通|扬州|杭州|宁波|温州|嘉兴|绍兴|金华|台州|合肥|"
    "芜湖|福州|厦门|泉州|南昌|九江|赣州|济南|青岛|烟台|潍坊|威海|临沂|郑州|洛阳|开封|武汉|宜昌|襄阳|长沙|株洲|湘潭|衡阳|"
    "广州|深圳|珠海|佛山|东莞|惠州|南宁|柳州|桂林|海口|三亚|成都|绵阳|贵阳|遵义|昆明|大理|拉萨|西安|宝鸡|咸阳|延安|兰州|"
    "西宁|银川|乌鲁木齐|喀什|义乌|诸暨|莱西|台北|高雄"
)
"""Provinces and large cities: jieba tags some of them as verbs (包头) or adverbs (大连)."""
EVERYWHERE = frozenset(["中国", "全国", "我国", "国内", "国外", "世界", "中华", "祖国", "华夏"])
"""Places that name no place in a Chinese newspaper; a paraphrase adds or drops them freely."""
_COMMON = frozenset(
    re.findall(
        "..",
        "文明和谐高尚安全平安明确成长成才高峰师傅关爱温馨高举都市方针常态严格周年元旦公有万里明珠华丽有方党建文章国家"
        "全国文中后者师生有关相关商家党员国务公司全会任务马上高度充分弘扬高达阳光许可查明顾问卫星陈述惠民关怀顾客公正"
        "晋级康复养老张贴荣誉蓝天谢谢祝福盛夏权威杜绝安抚言语福祉祝贺勾勒明星卓越荣获荣耀双拥明白沙龙齐聚封锁陆军周密"
        "钱财晋升田园熊猫安保安静诸如高清严正洪峰白宫陈列牟利周转廉政沙滩荣幸辛勤红旗空旷蓝图高潮白云容纳路基方正齐全"
        "常见毛巾范畴解密安危甘甜时髦古老农耕蓬勃康养贝壳乐章商超秋收施政和睦连着童声武林林木田野金黄左转童真乐居高昂"
        "高超洪水山洪安排安心安定温暖明显单位常委方案方便方式方法成果成为成立成效时代时候时期终身充满充实应对应当应该",
    )
)
_NO_NAME_ENDS = frozenset("性感部证区市县局网单馆带线费者式质")
"""A word of three characters that ends so is no person: 安全性, 宣传部, 高水平, 高素质."""
_FOREIGN = re.compile(r"[\u4e00-\u9fff]{2,7}·[\u4e00-\u9fff]{2,7}")
_OFFICE = re.compile(
    r"(?:书记|主席|部长|主任|记者|通讯员|教授|院长|局长|厂长|经理|董事长|委员|校长|编辑|导购员|作者|同志|师傅|工人|职工|主编|队长|负责人)"
    r"([\u4e00-\u9fff]{2,3}?)(?=说|表示|指出|介绍|认为|强调|坦言|透露|告诉|通讯员|[,、。;:)和与的在为]|$)"
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names in order of appearance, each once."""

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def find_names(folded: str) -> Names:
    """People (surname first, 2-4 characters, tagged as a name or after an office) and places of ``folded``."""
    tagged = words_of(folded)
    people = dict.fromkeys(_FOREIGN.findall(folded))
    people.update(dict.fromkeys(_people(tagged)))
    people.update(dict.fromkeys(name for name in _OFFICE.findall(folded) if is_person(name)))
    places = dict.fromkeys(word for word, flag in tagged if _is_place(word, flag))
    return Names(tuple(people), tuple(places))


def is_person(word: str) -> bool:
    """Whether ``word`` has the shape of a Chinese person's name and is not a known common word."""
    if word[:2] in _COMMON or not 2 <= len(word) <= 4 or (len(word) == 3 and word[-1] in _NO_NAME_ENDS):
        return False
    return (len(word) <= 3 and word[0] in SURNAMES) or word.startswith(COMPOUND)


def words_of(folded: str) -> list[tuple[str, str]]:
    """The words of the text in order, each with jieba's tag of what it is."""
    import jieba.posseg  # 0.8 s and 60 MB: only when a model's sentence or a follow-up needs it

    logging.getLogger("jieba").setLevel(logging.WARNING)
    return [(str(token.word), str(token.flag)) for token in jieba.posseg.cut(folded)]


def _people(tagged: Sequence[tuple[str, str]]) -> Iterator[str]:
    for i, (word, flag) in enumerate(tagged):
        if flag.startswith("nr") and is_person(word):
            yield word
        elif len(word) == 1 and word in SURNAMES and i + 1 < len(tagged):
            # 郑|海涛: jieba sometimes parts a surname from its given name
            given, next_flag = tagged[i + 1]
            if len(given) <= 2 and "nr" in (flag[:2], next_flag[:2]) and next_flag[:1] != "x" and next_flag != "nrfg":
                yield word + given


def _is_place(word: str, flag: str) -> bool:
    if CITIES.fullmatch(word):
        return True
    return flag in ("ns", "nt") and len(word) > 1 and word not in EVERYWHERE
