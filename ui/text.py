"""Every sentence of the interface in Simplified Chinese, Traditional Chinese and English, one line a key.

The browser switches language without a reload: the server writes the Chinese text together with its key
(``data-t``), and the page replaces it from ``/own/text.js``, which is made of this table. ``{0}`` and
``{1}`` are places for numbers and names.
"""

from __future__ import annotations

from html import escape

LANGUAGES = ("zh-CN", "zh-TW", "en")

TEXT: dict[str, tuple[str, str, str]] = {
    # The shell
    "app.name": ("问据", "問據", "Wenju"),
    "app.tagline": (
        "每一句回答，都有原文为据",
        "每一句回答，都有原文為據",
        "Every sentence answered with its source",
    ),
    "app.title": ("问据 · 有据可查的文献问答", "問據 · 有據可查的文獻問答", "Wenju · answers with evidence"),
    "skip": ("跳到提问框", "跳到提問框", "Skip to the question box"),
    "nav.chat": ("对话", "對話", "Chat"),
    "nav.docs": ("文献", "文獻", "Documents"),
    "nav.menu": ("对话记录", "對話記錄", "Conversations"),
    "nav.theme": ("切换深浅色", "切換深淺色", "Light or dark"),
    "nav.lang": ("界面语言", "介面語言", "Language"),
    "cancel": ("取消", "取消", "Cancel"),
    "save": ("保存", "儲存", "Save"),
    "undo": ("撤销", "復原", "Undo"),
    "retry": ("重试", "重試", "Retry"),
    # Empty page
    "hero.title": ("从文献里，问出依据", "從文獻裡，問出依據", "Ask. See the evidence."),
    "hero.lead": (
        "回答只取自库中文献的原话。点开句末的编号，就能看到它在原文中的位置。",
        "回答只取自庫中文獻的原話。點開句末的編號，就能看到它在原文中的位置。",
        "Answers use only the documents' own words. Open a number to see the words in place.",
    ),
    "hero.scope": ("现有 {0} 篇文献，{1} 个段落", "現有 {0} 篇文獻，{1} 個段落", "{0} documents, {1} passages"),
    "hero.dates": ("，日期 {0} 至 {1}", "，日期 {0} 至 {1}", ", dated {0} to {1}"),
    "hero.try": ("可以这样问", "可以這樣問", "Try asking"),
    "hero.none": (
        "文献库还是空的。先到“文献”页添加几份，就可以提问了。",
        "文獻庫還是空的。先到「文獻」頁新增幾份，就可以提問了。",
        "There are no documents yet. Add some on the Documents page, then ask.",
    ),
    # The question box
    "ask.label": ("你的问题", "你的問題", "Your question"),
    "ask.placeholder": ("向文献提一个问题…", "向文獻提一個問題…", "Ask a question about the documents…"),
    "ask.send": ("发送", "送出", "Send"),
    "ask.stop": ("停止", "停止", "Stop"),
    "ask.hint": (
        "Enter 发送，Shift+Enter 换行",
        "Enter 送出，Shift+Enter 換行",
        "Enter to send, Shift+Enter for a new line",
    ),
    "ask.long": (
        "问题太长：{0} 字，最多 {1} 字。",
        "問題太長：{0} 字，最多 {1} 字。",
        "Too long: {0} characters, at most {1}.",
    ),
    "ask.bottom": ("回到底部", "回到底部", "To the end"),
    "ask.scope": ("范围：全部文献", "範圍：全部文獻", "Scope: all documents"),
    "ask.scoped": ("范围：{0}", "範圍：{0}", "Scope: {0}"),
    "ask.you": ("你问", "你問", "You asked"),
    "ask.answer": ("回答", "回答", "Answer"),
    # Progress
    "state.loading": (
        "正在加载模型，载入后马上回答…",
        "正在載入模型，載入後馬上回答…",
        "Loading the models; your answer comes right after…",
    ),
    "state.queued": (
        "正在排队，前面还有 {0} 个问题…",
        "正在排隊，前面還有 {0} 個問題…",
        "In the queue, {0} before you…",
    ),
    "state.searching": ("正在检索…", "正在檢索…", "Searching…"),
    "state.reading": (
        "找到 {0} 段，正在核对原文…",
        "找到 {0} 段，正在核對原文…",
        "Found {0} passages, checking the words…",
    ),
    "state.stopped": (
        "已停止。以上是停止前的部分回答。",
        "已停止。以上是停止前的部分回答。",
        "Stopped. This is the part that was ready.",
    ),
    "state.stopped.empty": ("已停止，还没有回答。", "已停止，還沒有回答。", "Stopped before an answer was ready."),
    "state.cut": (
        "连接中断，这个回答没有完成。",
        "連線中斷，這個回答沒有完成。",
        "The connection was lost before the answer was complete.",
    ),
    "state.asSearched": ("按“{0}”检索", "按「{0}」檢索", "Searched as “{0}”"),
    # Errors
    "error.answer": (
        "回答时出了差错，问题还在，可以重试。",
        "回答時出了差錯，問題還在，可以重試。",
        "Something went wrong. Your question is kept; please retry.",
    ),
    "error.busy": (
        "现在提问的人太多，请过一会儿重试。",
        "現在提問的人太多，請過一會兒重試。",
        "Too many questions right now. Please retry in a moment.",
    ),
    "error.rate": (
        "提问太快了，请稍等几秒再试。",
        "提問太快了，請稍等幾秒再試。",
        "That was too fast. Please wait a few seconds.",
    ),
    "error.timeout": (
        "等了太久还没有回答，已经停下。",
        "等了太久還沒有回答，已經停下。",
        "It took too long, so it was stopped.",
    ),
    "error.request": ("这个请求无法理解。", "這個請求無法理解。", "The request could not be understood."),
    "error.engine": (
        "文献库没能打开：{0}",
        "文獻庫沒能開啟：{0}",
        "The library could not be opened: {0}",
    ),
    "error.load": ("加载失败，请重试。", "載入失敗，請重試。", "Loading failed. Please retry."),
    "offline": (
        "与本机服务的连接断了，正在重连。已写的内容不会丢。",
        "與本機服務的連線斷了，正在重連。已寫的內容不會遺失。",
        "The connection to the service was lost. Reconnecting; nothing you wrote is lost.",
    ),
    "online": ("已重新连上", "已重新連上", "Connected again"),
    "storage.full": (
        "浏览器的存储已满，最早的对话没有保存。",
        "瀏覽器的儲存空間已滿，最早的對話沒有儲存。",
        "The browser's storage is full; the oldest conversations were not kept.",
    ),
    # The answer card
    "card.verified": ("已核对 {0} 处引文", "已核對 {0} 處引文", "{0} quotations verified"),
    "card.verified.tip": (
        "每处引文都与原文逐字比对过",
        "每處引文都與原文逐字比對過",
        "Each quotation was compared with the original, character by character",
    ),
    "card.sources": ("依据", "依據", "Evidence"),
    "card.near": ("最接近的段落", "最接近的段落", "Nearest passages"),
    "card.follow": ("接着问", "接著問", "Ask next"),
    "card.copy": ("复制", "複製", "Copy"),
    "card.copied": ("已复制，含引文编号和出处", "已複製，含引文編號和出處", "Copied with its sources"),
    "card.retry": ("重新回答", "重新回答", "Answer again"),
    "card.up": ("有帮助", "有幫助", "Helpful"),
    "card.down": ("有问题", "有問題", "Something is wrong"),
    "card.cite": ("引文 {0}：{1}", "引文 {0}：{1}", "Quotation {0}: {1}"),
    "card.engine.extractive": ("原文摘录", "原文摘錄", "Verbatim"),
    "card.engine.model": ("模型撰写", "模型撰寫", "Written by a model"),
    "verdict.verbatim.tip": (
        "原话：与所引原文逐字一致",
        "原話：與所引原文逐字一致",
        "Verbatim: word for word as in the source",
    ),
    "verdict.supported.tip": (
        "转述：不是原话，所引原文支持这句话",
        "轉述：不是原話，所引原文支持這句話",
        "Paraphrase: not verbatim, but borne out by the source",
    ),
    "verdict.verbatim.count": ("原话 {0} 句", "原話 {0} 句", "{0} verbatim"),
    "verdict.supported.count": ("转述 {0} 句，有原文支持", "轉述 {0} 句，有原文支持", "{0} paraphrased and supported"),
    "card.removed": (
        "查看已移除的 {0} 句和原因",
        "查看已移除的 {0} 句和原因",
        "See the {0} sentences removed, and why",
    ),
    "card.expired": (
        "{0} 处引文的来源已不在文献库中，未再显示。",
        "{0} 處引文的來源已不在文獻庫中，未再顯示。",
        "Not shown, because no longer in the library: {0} quotations.",
    ),
    "refuse.title": ("现有文献中没有找到答案", "現有文獻中沒有找到答案", "The documents do not answer this"),
    "refuse.searched": (
        "已检索{0}，没有一句原文能支持回答。",
        "已檢索{0}，沒有一句原文能支持回答。",
        "Searched {0}; no sentence supports an answer.",
    ),
    "refuse.all": ("全部文献", "全部文獻", "all documents"),
    "refuse.advice": (
        "可以换一个说法，或点“范围”放宽检索。",
        "可以換一個說法，或點「範圍」放寬檢索。",
        "Try other words, or widen the scope.",
    ),
    "refuse.check": ("这个回答没有通过核对", "這個回答沒有通過核對", "The answer did not pass the check"),
    "refuse.check.lead": (
        "起草的回答与原文对不上，所以没有显示。",
        "起草的回答與原文對不上，所以沒有顯示。",
        "The draft did not match the documents, so it is not shown.",
    ),
    # Feedback
    "feedback.title": ("哪里有问题？", "哪裡有問題？", "What is wrong?"),
    "feedback.citation": ("引用有误", "引用有誤", "Wrong citation"),
    "feedback.offtopic": ("答非所问", "答非所問", "Off the question"),
    "feedback.missing": ("遗漏", "遺漏", "Something is missing"),
    "feedback.refuse": ("应拒答", "應拒答", "Should not have answered"),
    "feedback.other": ("其他", "其他", "Other"),
    "feedback.remark": ("补充说明（可不填）", "補充說明（可不填）", "Remark (optional)"),
    "feedback.send": ("提交", "送出", "Send"),
    "feedback.thanks": ("已记下，谢谢", "已記下，謝謝", "Noted, thank you"),
    # The source panel
    "panel.label": ("原文", "原文", "Source"),
    "panel.close": ("关闭原文", "關閉原文", "Close the source"),
    "panel.prev": ("上一处引文", "上一處引文", "Previous quotation"),
    "panel.next": ("下一处引文", "下一處引文", "Next quotation"),
    "panel.count": ("引文 {0} / {1}", "引文 {0} / {1}", "Quotation {0} of {1}"),
    "panel.clean": ("整理后", "整理後", "Cleaned"),
    "panel.raw": ("原始文件", "原始檔案", "Original file"),
    "panel.view": ("显示方式", "顯示方式", "View"),
    "panel.paragraph": ("第 {0} 段", "第 {0} 段", "paragraph {0}"),
    "panel.page": ("第 {0} 版", "第 {0} 版", "page {0}"),
    "panel.open": ("打开全文", "打開全文", "Whole document"),
    "panel.cite": ("复制文献著录", "複製文獻著錄", "Copy reference"),
    "panel.cited": ("已复制 GB/T 7714 著录", "已複製 GB/T 7714 著錄", "GB/T 7714 reference copied"),
    "panel.link": ("复制链接", "複製連結", "Copy link"),
    "panel.linked": ("已复制链接", "已複製連結", "Link copied"),
    "panel.before": ("前文", "前文", "Earlier"),
    "panel.after": ("后文", "後文", "Later"),
    "panel.verified": ("与原文一致", "與原文一致", "Matches the original"),
    "panel.changed": (
        "原文与引文已对不上，只显示段落，不作标记。",
        "原文與引文已對不上，只顯示段落，不作標記。",
        "The text no longer matches the quotation; the passage is shown without a mark.",
    ),
    "panel.gone": (
        "这份文献已不在文献库中，无法显示原文。",
        "這份文獻已不在文獻庫中，無法顯示原文。",
        "This document is no longer in the library.",
    ),
    "panel.cut": (
        "版面切成 {0} 处",
        "版面切成 {0} 處",
        "{0} pieces in the layout",
    ),
    "panel.piece": ("第 {0} 处", "第 {0} 處", "Piece {0}"),
    "panel.interrupted": (
        "这一段被版面截断，没有找到可靠的后续。",
        "這一段被版面截斷，沒有找到可靠的後續。",
        "The layout cut this passage and no sure continuation was found.",
    ),
    "panel.repair": ("原文件作“{0}”", "原檔案作「{0}」", "The file has “{0}”"),
    "panel.repair.none": ("原文件此处有缺损", "原檔案此處有缺損", "The file is damaged here"),
    "panel.unknown": ("未署名", "未署名", "Unsigned"),
    # Documents
    "docs.title": ("文献库", "文獻庫", "Documents"),
    "docs.lead": (
        "文献只保存在这台电脑上，不会上传到别处。",
        "文獻只保存在這台電腦上，不會上傳到別處。",
        "Documents stay on this machine and are sent nowhere.",
    ),
    "docs.add": ("添加文献", "新增文獻", "Add documents"),
    "docs.drop": (
        "把文件拖到这里，或点“添加文献”。支持 {0}，每个不超过 {1} MB。",
        "把檔案拖到這裡，或點「新增文獻」。支援 {0}，每個不超過 {1} MB。",
        "Drop files here, or choose Add documents. {0}, up to {1} MB each.",
    ),
    "docs.count": ("{0} 篇文章，{1} 个段落", "{0} 篇文章，{1} 個段落", "{0} articles, {1} passages"),
    "docs.only": ("只问这份", "只問這份", "Ask this one only"),
    "docs.remove": ("移除", "移除", "Remove"),
    "docs.removed": ("已移除《{0}》", "已移除《{0}》", "Removed “{0}”"),
    "docs.restored": ("已恢复《{0}》", "已恢復《{0}》", "Restored “{0}”"),
    "docs.empty": ("文献库还是空的。", "文獻庫還是空的。", "There are no documents yet."),
    "docs.back": ("返回文献列表", "返回文獻列表", "Back to the documents"),
    "docs.outline": ("目录", "目錄", "Outline"),
    "docs.find": ("按题名、报刊、作者筛选", "按題名、報刊、作者篩選", "Filter by title, publication or author"),
    "docs.added": ("已加入", "已加入", "Added"),
    "docs.reading": ("正在读取…", "正在讀取…", "Reading…"),
    "docs.indexing": ("正在建立索引…", "正在建立索引…", "Indexing…"),
    "docs.sending": ("正在传送 {0}%", "正在傳送 {0}%", "Sending {0}%"),
    "docs.big": ("文件有 {0} MB，最多 {1} MB", "檔案有 {0} MB，最多 {1} MB", "{0} MB, at most {1} MB are taken"),
    "docs.none": ("没有匹配的文献", "沒有符合的文獻", "No document matches"),
    "docs.failed": ("没有加入：{0}", "沒有加入：{0}", "Not added: {0}"),
    "docs.more": ("继续显示", "繼續顯示", "Show more"),
    "docs.waiting": ("正在加载文献库…", "正在載入文獻庫…", "Loading the library…"),
    # Scope
    "scope.title": ("检索范围", "檢索範圍", "Scope"),
    "scope.docs": ("文献", "文獻", "Documents"),
    "scope.pubs": ("报刊", "報刊", "Publications"),
    "scope.authors": ("作者", "作者", "Authors"),
    "scope.since": ("起始日期", "起始日期", "From"),
    "scope.until": ("截止日期", "截止日期", "Until"),
    "scope.apply": ("应用", "套用", "Apply"),
    "scope.clear": ("不限范围", "不限範圍", "No limits"),
    "scope.find": ("筛选文献、报刊、作者", "篩選文獻、報刊、作者", "Filter documents, publications, authors"),
    # History
    "chat.new": ("新对话", "新對話", "New conversation"),
    "chat.search": ("搜索对话", "搜尋對話", "Search conversations"),
    "chat.none": ("还没有对话", "還沒有對話", "No conversations yet"),
    "chat.nomatch": ("没有匹配的对话", "沒有符合的對話", "No conversation matches"),
    "chat.untitled": ("未命名对话", "未命名對話", "Untitled"),
    "chat.rename": ("重命名", "重新命名", "Rename"),
    "chat.rename.label": ("对话名称", "對話名稱", "Name"),
    "chat.delete": ("删除", "刪除", "Delete"),
    "chat.deleted": ("已删除“{0}”", "已刪除「{0}」", "Deleted “{0}”"),
    "chat.export.md": ("导出为 Markdown", "匯出為 Markdown", "Export as Markdown"),
    "chat.export.docx": ("导出为 Word", "匯出為 Word", "Export as Word"),
    "chat.more": ("更多操作：{0}", "更多操作：{0}", "More: {0}"),
    "export.model": (
        "（由模型 {0} 撰写：原话 {1} 句，转述 {2} 句，所引原文支持；另有 {3} 句没有依据，已移除。）",
        "（由模型 {0} 撰寫：原話 {1} 句，轉述 {2} 句，所引原文支持；另有 {3} 句沒有依據，已移除。）",
        "(Written by {0}: {1} sentences verbatim, {2} paraphrased and supported, {3} without support removed.)",
    ),
    "chat.earlier": ("显示更早的 {0} 轮", "顯示更早的 {0} 輪", "Show {0} earlier turns"),
    "chat.local": (
        "对话只保存在这个浏览器里",
        "對話只保存在這個瀏覽器裡",
        "Conversations are kept in this browser only",
    ),
}

REASONS = ("citation", "offtopic", "missing", "refuse", "other")
"""What a reader may say is wrong with an answer; the keys that feedback stores."""


def say(key: str, *args: object, lang: str = "zh-CN") -> str:
    """The plain text of one key; an argument ``@other.key`` stands for the text of that key."""
    known = [say(str(a)[1:], lang=lang) if str(a)[:1] == "@" and str(a)[1:] in TEXT else a for a in args]
    return TEXT[key][LANGUAGES.index(lang)].format(*known)


def label(key: str, *args: object, tag: str = "span", attrs: str = "") -> str:
    """An element whose text the page can put into another language; arguments are escaped."""
    extra = "".join(f' data-a{i}="{escape(str(arg))}"' for i, arg in enumerate(args))
    return f'<{tag} data-t="{key}"{extra}{" " + attrs if attrs else ""}>{escape(say(key, *args))}</{tag}>'


def named(key: str, *args: object, attribute: str = "aria-label") -> str:
    """An attribute (a name for the ear, a title, a placeholder) that the page can put into another language."""
    extra = "".join(f' data-a{i}="{escape(str(arg))}"' for i, arg in enumerate(args))
    return f'{attribute}="{escape(say(key, *args))}" data-t-{attribute}="{key}"{extra}'


def table() -> dict[str, dict[str, str]]:
    """All texts by language, for the page."""
    return {lang: {key: row[i] for key, row in TEXT.items()} for i, lang in enumerate(LANGUAGES)}
