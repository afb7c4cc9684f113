"""The words by which a follow-up question leans on what was said: patterns over folded text, and nothing else."""

from __future__ import annotations

import re

_N = "[一二两三四五六七八九十]"

ASKING = re.compile(
    r"请问|请介绍|请说明|请列出|展开(?:说说|讲讲|谈谈|说)?|详细(?:说说|讲讲|说明|介绍|说)?|具体(?:说说|讲讲|内容|来说)?|"
    r"说说|讲讲|谈谈|介绍一下|解释一下|举例|为什么|为何|什么时候|什么时间|什么意思|什么|哪些|哪几[个项条点]|哪个|哪位|"
    r"哪里|哪儿|哪年|哪|谁|多少|几[个项条点种次场]|几|怎么样|怎么|怎样|如何|是否|能否|有没有|是不是|还有|其他|其它|另外|"
    r"除此之外|此外|呢|吗|吧|啊|那么|^那|继续|然后|接着|再|又|也|都|有|是|的|了|做|要|在|会|"
    r"\b(?:what|which|who|when|where|why|how|many|much|about|does|did|do|is|are|was|were|the|an?|of|in|on|to|and|else|"
    r"more|for|tell|me)\b"
)
"""Words that ask or join; what is left of a question is its content."""

TOPIC_CUT = re.compile(
    r"请问|^请|(?:分别|一共|共)?(?:由|被|让|用|以|靠|拿|立足|围绕|根据|是|有|指|叫|包括)?"
    r"(?:什么时候|什么时间|什么意思|什么|哪些|哪几[个项条点]|哪[个位里儿年天]|谁(?:写了|写的)?)来?|"
    r"为什么|为何|[是有]?多少[个条项场人名家次种篇号]?|(?<=了)几[个项条点种次场]?|是?怎么样?|怎样|如何|是否|有没有|是不是|"
    r"[吗呢吧啊?？。！]|^那么?|^(?:what|who|when|where|why|how many|how)\b(?: (?:is|are|was|were|did|does|do))?"
)
"""The words that ask, cut out of a question to leave its topic."""

SUBJECT = re.compile(r"(.{3,30}?)(?:分别|一共|共)?[是由](?:谁|什么|哪|怎|如何|多少|何)")
"""徐留平文章里的《意见》是谁印发的: group 1 is what is asked about."""
PERSON = re.compile(
    r"(?<!其)[他她](?!人|国)们?|这位(?:作者|记者|同志|领导|先生|女士|师傅)?|那位|此人|\b(?:he|she|his|her|him)\b"
)
ARTICLE = re.compile(
    r"(?:这|该|本|上述|刚才那|那)(?:一)?(?:篇|份)(?:文章|报道|讲话|新闻|文件|稿子|文)?|(?:该|本|此)文(?![件化明])|文中|文章"
)
AUTHOR = re.compile(r"^(?:那么?)?(?:这|该|它的?|其)?(?:文章的?|文的)?(?:作者|记者|通讯员)|\bauthor\b")
THING = re.compile(
    r"(?<!其)它们?|其中|其(?!他|它|次|余|实|一|二|三|中)|(?<![如因])此(?!外|前|人|文)(?:次|项|举|事)?|上述|前者|后者|刚才|"
    r"以上|上面|前面|这(?:些|个|项|次|种|场|一|里|样|两|几|三|四|五|六|八|十|件|条|句|话|部书)?(?!位|篇|份)|"
    r"(?<![应本活])该(?!文|篇|份)(?:活动|机制|体系|项目|意见|文件|行动|公司|集团|市|会|计划|平台)?|"
    r"那(?:些|个|项|次|种|场|里|儿|条|边|家|部|一块)|后来|接下来|\b(?:it|its|they|them|their|this|that|these|those)\b"
)
IT = re.compile(r"(?<!其)它们?的?|其(?!他|它|次|余|实|一|二|三|中)|\b(?:it|they|them)\b|^这个?(?=是|有|由|怎|什)")
"""Of these, the ones whose place the topic can take."""
ITEM = re.compile(
    rf"第(?P<a>{_N}{{1,3}}|\d{{1,2}})(?:个|条|点|项|方面|句|种|部分|步)?(?![届次批\d])|(?P<last>最后)一?[个条点项]|"
    rf"^(?:那么?)?(?P<b>{_N}|\d)(?:点|条|项)(?=呢|是|怎|具|讲|说)"
)
"""第三点, 第3条, 最后一项: one item of a list that was given."""
CALLED = re.compile(r"^(?:那么?|再看|换成?|如果是?)?(.{0,14}?)(?:方面|这边|那边)?(?:呢|又如何|怎么样)[?？]?$")
"""深圳呢？ or 还有呢？: group 1 is what is called up, perhaps nothing."""
NAMED = re.compile(
    r"《[^》]{2,}》|[“「『\"][^”」』\"]{2,}[”」』\"]|[\u4e00-\u9fff]{2}(?:市|省|县|集团|公司|大赛|培训班|学院|总工会)"
)
"""A title, a quoted term, a body: what a question names for itself."""
OWN_SUBJECT = re.compile(
    r"^([\u3400-\u9fffa-z0-9“”\"]{3,14}?)(?:分别|具体|一共|到底|究竟)?"
    r"(?:(?:指的)?是(?:什么|哪些|哪几|指什么|谁)|指(?:的)?什么|包括(?:什么|哪些)|有哪(?:些|几)|是什么意思)"
    r"|^([\u3400-\u9fff]{2,8})[上里中内](?:一共|总共|共)?有(?:多少|几|哪|没有)"
)
"""八个对标是什么？ 火星上有多少…？: the question says itself what it is about (group 1 or 2)."""
OPEN_NOUN = re.compile(
    r"原因|目的|目标|特点|全名|名字|名称|作者|内容|意义|做法|结果|时间|地点|地方|背景|作用|影响|问题|措施|要求|重点|"
    r"举措|条件|标准|对象|任务|经验|成效|效果|主题|关键|核心|区别|关系|人数|单位|部门|负责|职务|身份|情况|后果|好处|"
    r"方面|部分|步骤|方式|方法|办法|渠道|主办|承办|发起|参加|最后|最初|之前|之后|第[一二三四五六七八九十\d]"
)
"""Nouns of something: without saying of what, they are about what was spoken of."""
VAGUE_TOPIC = re.compile(r"[,，。]|什么|[了来]$|(?:用|由|在|和|与|拿|把)$")
"""A topic of several clauses reads badly in the place of a pronoun; it is put before the question instead."""
LIST_MARK = re.compile(
    rf"(?:(?<=[。；;，,：:”\n])|^)\s*(?:第({_N}{{1,3}})[,，、条]?|({_N}{{1,3}})(?:是|要|、)|其({_N})[,，、]?|\(?(\d{{1,2}})[.、)])"
)
"""Where an item of a list begins in running text: 第一，一是 其一 1."""
