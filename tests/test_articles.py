"""Pages → articles: headlines, bylines, roles, boxes, jumps, and fragments that the layout took elsewhere.

The pages in ``tests/data/pages`` were written for these tests, in layouts other than the seeds'.
"""

from pathlib import Path

import pytest

from rag.corpus.load import load_file, source_from_text
from rag.corpus.reading import read_source
from rag.types import PassageKind, Reading

PAGES = Path(__file__).parent / "data" / "pages"


def read(raw: str) -> Reading:
    return read_source(source_from_text("x", raw))


def credits(reading: Reading) -> list[tuple[str, str, str]]:
    return [(article.title, article.author, article.author_role) for article in reading.articles]


def body(reading: Reading, title: str) -> list[str]:
    return [p.text for p in reading.passages if p.title == title and p.kind is PassageKind.PARAGRAPH]


def test_a_page_of_news_and_comment() -> None:
    reading = read_source(load_file(PAGES / "economy.txt"))
    assert credits(reading) == [
        ("全省民营企业座谈会召开", "周晓峰、林静", ""),
        ("智慧农业让“靠天吃饭”成为过去", "高原", ""),
        ("以数字化赋能乡村治理", "陈立新", "省社会科学院农村发展研究所"),
    ]
    assert reading.articles[0].headings[-1] == "坚持以人民为中心的发展思想"
    assert reading.articles[2].headings == ("理论视野",)
    raw = reading.clean.source.raw
    assert [raw[span.start : span.end] for span in reading.furniture] == ["要闻", "（下转第三版）", "理论视野"]
    assert [p.text[-5:] for p in reading.passages if len(p.spans) > 1] == ["安心经营。", "理的队伍。"]
    assert all(not p.interrupted for p in reading.passages)


def test_a_traditional_page_without_any_markup() -> None:
    reading = read_source(load_file(PAGES / "taipei.txt"))
    assert credits(reading) == [
        ("捷運新線月底通車 沿線商圈期待", "王小明", ""),
        ("颱風來襲 農損逾三億", "李大同", ""),
        ("", "陳美玲", ""),
    ]


def test_a_markdown_bulletin() -> None:
    reading = read_source(load_file(PAGES / "bulletin.md"))
    assert credits(reading) == [
        ("某市工会工作简报", "", ""),
        ("开展送温暖活动", "刘洋", ""),
        ("举办技能大赛", "", ""),
        ("通知公告", "", ""),
    ]
    assert {p.date for p in reading.passages if p.article_id == reading.articles[0].id} == {"2024-03-05"}


def test_markdown_from_a_scan_signed_above_the_headline() -> None:
    reading = read_source(load_file(PAGES / "harvest.md"))
    assert credits(reading) == [
        ("把论文写在田野上", "陈卫东、何雨桐", ""),
        ("让农技员“留得住、干得好”", "本报评论员", ""),
        ("全省春耕备播进展顺利", "刘志刚", ""),
        ("图片新闻", "马晓春", ""),
    ]
    raw = reading.clean.source.raw
    assert [raw[span.start : span.end] for span in reading.furniture] == ["![](images/7.jpg)"]
    assert [p.kind for p in reading.passages if p.title == "图片新闻"][1:] == [PassageKind.CAPTION] * 2


def test_items_of_a_list_stand_in_order_wherever_the_columns_put_them() -> None:
    reading = read_source(load_file(PAGES / "harbour.txt"))
    assert credits(reading) == [
        ("推進北部都會區建設 打造國際創科新高地", "陳志明", "香港創科發展協會副會長、全國政協委員"),
        ("優化人才政策 吸引更多青年來港", "李嘉欣", "香港青年協進會主席"),
    ]
    first, *items = body(reading, reading.articles[0].title)
    assert "四個方面" in first
    assert [text[:2] for text in items] == ["其一", "其三", "其四"]
    assert "創造條件。其二" in items[0]


def test_a_speech_signed_with_a_post_under_its_title() -> None:
    reading = read_source(load_file(PAGES / "safety.txt"))
    assert credits(reading) == [("在全市安全生产工作会议上的讲话", "郑海涛", "市长")]
    assert {p.date for p in reading.passages} == {"2023-04-12"}


def test_the_margins_of_a_page_belong_to_no_article() -> None:
    reading = read_source(load_file(PAGES / "theory.txt"))
    assert credits(reading) == [
        ("坚持和发展新时代“枫桥经验”提升基层社会治理效能", "张文华、李丽", ""),
        ("把握数字经济发展趋势和规律", "中国社会科学院数字经济课题组、王建军", "省委党校副教授、市委政法委干部"),
    ]
    raw = reading.clean.source.raw
    furniture = "".join(raw[span.start : span.end] for span in reading.furniture)
    assert all(words in furniture for words in ("2023年6月8日 星期四", "理论周刊", "05", "版式:林楠", "(下转第6版)"))


def test_a_date_or_a_figure_within_a_text_is_no_margin() -> None:
    raw = "值班日记\n\n" + "".join(
        f"2023年6月{day}日 星期四\n\n今天巡线{day}公里，一切正常。\n\n120\n\n" for day in range(1, 9)
    )
    reading = read(raw + "以上为本周记录。\n")
    shown = "\n".join(p.text for p in reading.passages)
    assert shown.count("120") == 8
    assert "2023年6月5日 星期四" in shown


def test_briefs_signed_in_brackets_are_articles_of_their_own() -> None:
    reading = read_source(load_file(PAGES / "briefs.txt"))
    assert credits(reading) == [
        ("一颗螺丝钉的坚守", "韩铁柱、苏婷", ""),
        ("市总工会举办集体协商竞赛", "王强", ""),
        ("铁路工务段开展“送清凉”活动", "李晓梅、周建国", ""),
        ("供电公司培训劳动保护监督员", "陈晨", ""),
    ]
    assert not any(passage.interrupted for passage in reading.passages)


def test_captions_inside_a_sentence_and_an_aside_behind_the_text() -> None:
    reading = read_source(load_file(PAGES / "couriers.txt"))
    assert credits(reading) == [
        ("“小哥”的烦心事有人管了", "黄伟、曾静", ""),
        ("什么是新就业形态劳动者?", "", ""),
    ]
    assert any("配备微波炉、饮水机、充电桩等设施" in text for text in body(reading, "“小哥”的烦心事有人管了"))
    (aside,) = [p for p in reading.passages if p.text.startswith("小驿站")]
    assert aside.headings == ("编后",)


def test_what_follows_a_jump_to_another_page_is_another_article() -> None:
    reading = read_source(load_file(PAGES / "theory.txt"))
    governance, economy = (body(reading, article.title) for article in reading.articles)
    assert governance[-1].endswith("支撑的基层治理平台建设。")
    assert [text[:7] for text in economy[1:]] == ["处理好发展与规", "处理好政府与市", "处理好国内与国"]


def test_a_web_page_keeps_its_furniture_out_of_the_article() -> None:
    reading = read_source(load_file(PAGES / "web.txt"))
    assert credits(reading) == [("小修小补里的民生温度", "桑下语", "")]
    raw = reading.clean.source.raw
    assert [raw[s.start : s.end] for s in reading.furniture] == ["人民网 >> 观点 >> 正文", "分享让更多人看到"]
    assert {p.date for p in reading.passages} == {"2023-05-04"}


def test_columns_of_a_traditional_page_riffled() -> None:
    reading = read_source(load_file(PAGES / "longcare.txt"))
    assert credits(reading)[:3] == [
        ("落實長照三點零 別讓家庭照顧者孤軍奮戰", "", ""),
        ("外籍看護放寬 政院:不影響本國就業", "林佳慧", ""),
        ("", "", ""),
    ]
    texts = [p.text for p in reading.passages if len(p.spans) == 2]
    assert any("家庭的福祉。" in text for text in texts) and any("不會影響本國" in text for text in texts)


def test_two_opinions_of_officials_riffled() -> None:
    reading = read_source(load_file(PAGES / "counties.md"))
    assert [(article.title, article.author) for article in reading.articles] == [
        ("提升基层党建质量 激发乡村振兴活力", "罗建平"),
        ("让“绿水青山”带来“金山银山”", "田野"),
    ]
    texts = [p.text for p in reading.passages if len(p.spans) == 2]
    assert [any(words in text for text in texts) for words in ("持续用力", "吸引大学毕业生", "突破3000万元")] == [
        True
    ] * 3


def test_a_last_line_is_no_article() -> None:
    reading = read("今天的会议\n\n本报讯(记者王强)会议开了。\n\n更多精彩\n\n敬请关注我们的公众号平台\n")
    assert len(reading.articles) == 1


def test_a_markdown_document_is_one_article() -> None:
    reading = read("# 指南\n\n## 安装\n\n先装好。\n\n## 使用\n\n再使用。\n\n### 细节\n\n看这里。\n\n# 附录\n\n完。")
    assert credits(reading) == [("指南", "", "")]


def test_a_speech_of_one_title() -> None:
    reading = read(
        "在大会上的讲话\n\n同志们：\n今天我们开会。\n一、总结工作\n成绩很大。\n二、部署任务\n任务很重。\n谢谢大家。"
    )
    assert credits(reading) == [("在大会上的讲话", "", "")]


def test_an_author_named_only_in_the_role_note() -> None:
    reading = read("加强工会建设的思考\n\n工会要加强建设。\n\n(作者张国强为某市总工会主席)")
    assert credits(reading) == [("加强工会建设的思考", "张国强", "张国强为某市总工会主席")]


def test_a_role_note_in_the_last_line_of_a_paragraph() -> None:
    reading = read("加强工会建设的思考\n\n张国强\n\n工会要加强建设。（作者单位：某市总工会）")
    assert credits(reading) == [("加强工会建设的思考", "张国强", "某市总工会")]
    assert [(p.kind.value, p.text) for p in reading.passages][-2:] == [
        ("paragraph", "工会要加强建设。"),
        ("role", "（作者单位：某市总工会）"),
    ]


FIRST = (
    "推动港口绿色转型\n\n赵海生\n\n港口是国际贸易的枢纽。岸电设施建设要加快推进，靠港船舶应当优先使用岸电，减少港区的空气污\n\n"
    "提升社区养老服务\n\n孙慧敏\n\n老龄化程度不断加深。社区养老服务要增加助餐点，让老人在家门口吃上热饭。护理人员要持证上岗。\n\n"
    "（作者单位：某省民政厅养老服务处）\n\n染物排放。同时要完善岸电价格机制，调动港口和船舶企业两方面的积极性，使岸电真正用起来。\n\n"
    "（作者单位：某市港口管理局）\n"
)


def test_a_far_continuation_takes_the_role_note_with_it() -> None:
    reading = read(FIRST)
    assert credits(reading) == [
        ("推动港口绿色转型", "赵海生", "某市港口管理局"),
        ("提升社区养老服务", "孙慧敏", "某省民政厅养老服务处"),
    ]
    (port,) = body(reading, "推动港口绿色转型")
    assert "空气污染物排放" in port
    seams = [repair for repair in reading.repairs if "版面断开" in repair.reason]
    assert len(seams) == 1


def test_a_far_byline_belongs_to_the_article_that_lacks_one() -> None:
    raw = (
        "推动港口绿色转型\n\n排放。同时要完善岸电价格机制，调动港口和船舶企业两方面的积极性。\n\n（作者单位：某市港口管理局）\n\n"
        "提升社区养老服务\n\n孙慧敏\n\n社区养老服务要增加助餐点，让老人在家门口吃上热饭。\n\n（作者单位：某省民政厅）\n\n"
        "赵海生\n\n港口是国际贸易的枢纽。靠港船舶应当优先使用岸电，减少港区的空气污染物\n"
    )
    reading = read(raw)
    assert credits(reading) == [
        ("推动港口绿色转型", "赵海生", "某市港口管理局"),
        ("提升社区养老服务", "孙慧敏", "某省民政厅"),
    ]
    assert body(reading, "推动港口绿色转型")[0].startswith("港口是国际贸易的枢纽")


def test_a_jump_from_another_page_is_an_article_without_a_title() -> None:
    reading = read(
        "大坝今天合龙\n\n本报讯(记者王强)大坝合龙了。\n\n(上接第1版)\n\n同志们还要继续努力，把工作做好。\n\n(作者系某局局长)"
    )
    assert credits(reading) == [("大坝今天合龙", "王强", ""), ("", "", "某局局长")]
    assert [reading.clean.source.raw[s.start : s.end] for s in reading.furniture] == ["(上接第1版)"]


def test_a_headline_inside_a_sentence_is_no_section() -> None:
    raw = (
        "(上接第1版)\n\n总书记来到商贸城考察，详细询问市场行情。快递物流等新业态不断涌现，工会将聚力提升新\n\n奋力谱写商贸城新篇章\n\n"
        "就业形态劳动者技能素质，聚力维护新就业形态劳动者合法权益，服务新就业形态劳动者。\n"
    )
    reading = read(raw)
    assert [article.title for article in reading.articles] == ["奋力谱写商贸城新篇章"]
    assert "聚力提升新就业形态劳动者" in "".join(body(reading, "奋力谱写商贸城新篇章"))


def test_a_series_heading_stands_over_equal_articles_only() -> None:
    raw = (
        "# 学习心得专版\n\n## 一篇心得体会文章\n\n王敏\n\n甲文。\n\n(作者系甲)"
        "\n\n## 又一篇心得文章\n\n李强\n\n乙文。\n\n(作者系乙)\n\n"
        "### 校园招聘\n\n图为招聘现场。\n\n程依宝摄/中新社\n"
    )
    reading = read(raw)
    assert [article.headings for article in reading.articles] == [("学习心得专版",), ("学习心得专版",), ()]
    assert credits(reading)[2] == ("校园招聘", "程依宝", "")


def test_a_line_above_a_list_is_not_interrupted() -> None:
    reading = read("总体目标\n\n支持更多重点群体投身创业活动，优化服务\n\n力争实现\n\n- 甲\n- 乙\n")
    assert not any(passage.interrupted for passage in reading.passages)


@pytest.mark.parametrize("raw", ["", "\n\n", "---\n", "<br>\n"])
def test_nothing_gives_nothing(raw: str) -> None:
    from rag.types import Source

    reading = read_source(Source("x", "", raw, ""))
    assert (reading.articles, reading.passages, reading.outline) == ((), (), ())
