"""Whether a sentence holds the kind of thing that was asked for."""

from __future__ import annotations

import pytest

from rag.answer.fitting import fits, tells_kind
from rag.answer.question import analyse


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("有多少名职工报名？", "直播大赛吸引了167名职工报名。", True),
        ("有多少名职工报名？", "直播大赛吸引了许多职工报名，历时3天。", False),
        ("哪一年成立的？", "该会成立于1925年。", True),
        ("哪一年成立的？", "该会于5月成立。", False),
        ("在哪座城市举行？", "活动在山东省威海市举行。", True),
        ("在哪座城市举行？", "活动在体育馆举行。", False),
        ("他是哪所大学毕业的？", "他毕业于西安交大。", True),
        ("分为哪四大领域？", "聚焦航空运输、妇幼保健、城市环境和学生校服四大领域。", True),
        ("分为哪四大领域？", "聚焦四大领域，广泛征集作品。", False),
        ("“十问”是哪十个问题？", "深入开展“十改、十问、十努力、十种现象”专项行动。", False),
        ("要办哪三件事？", "办好培训班，编辑出版书籍，编制蓝皮书。", True),
        ("有哪三个方面？", "一是队伍；二是阵地；三是机制。", True),
        ("有哪七个字的要求？", "要践行“勤快严实精细廉”要求。", True),
        ("有哪些做法？", "推进改革。", True),
        ("“执事敬”是什么意思？", "“执事敬”却能充分表达敬业思想，即对待工作要严肃认真。", True),
        ("“桥梁”在讲话里指什么？", "“桥梁”是连结、是支撑，“纽带”是团结、是聚力。", True),
        ("“三全育人”的内容是什么？", "推进“三全育人”（全员、全程、全方位）。", True),
        ("“八八战略”的具体内容是什么？", "持续推动“八八战略”走深走实，纵深推进改革。", False),
        ("“1+N”体系各代表什么？", "构建遍布全市的“1+N”阵地体系；打造“一体两翼”，就是好。", False),
        ("“工匠精神”由谁提出？", "弘扬“工匠精神”。", False),
    ],
)
def test_fits(question: str, sentence: str, expected: bool) -> None:
    assert fits(question, analyse(question), sentence) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("分为哪四大领域？", True),
        ("有哪些做法？", False),
        ("为什么要改革？", False),
        ("谁参加了？", True),
        ("“八八战略”的具体内容是什么？", True),
        ("改革的内容是什么？", False),
        ("哪年成立的？", True),
    ],
)
def test_only_some_kinds_can_be_told(question: str, expected: bool) -> None:
    assert tells_kind(question, analyse(question)) is expected
