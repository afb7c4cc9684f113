"""A conversation as a Word file with real footnotes.

python-docx has no footnotes, so their part is written here: ``word/footnotes.xml`` with the two separators that
Word asks for, the styles, and the references in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree  # type: ignore[import-untyped]

from ui.export import Exchange, Footnote

_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SANS, _SERIF = "Microsoft YaHei", "SimSun"
_ACCENT = RGBColor(0x0F, 0x5C, 0x55)
_MARKER = re.compile(r"\[(\d{1,4})\]")
# What XML 1.0 cannot hold: control characters, lone surrogates, two non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def word_file(title: str, found: Sequence[Exchange], when: datetime) -> bytes:
    """The .docx file."""
    document = Document()
    _styles(document)
    document.core_properties.title = _clean(title)[:200]
    document.core_properties.author = "问据 Wenju"
    document.core_properties.created = when
    document.add_heading(_clean(title), level=0)
    document.add_paragraph(f"问据 Wenju 导出，{when:%Y-%m-%d %H:%M}。引文均与原文逐字核对，见脚注。")
    known = {number: note for exchange in found for number, note in exchange.footnotes}
    for exchange in found:
        document.add_heading(_clean(exchange.question), level=1)
        for line in exchange.lines:
            _write_line(document.add_paragraph(), line, known)
    _attach_footnotes(document, known)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _write_line(paragraph: Paragraph, line: str, known: dict[int, Footnote]) -> None:
    """The line with every marker turned into a footnote reference; ``**bold**`` becomes bold."""
    for i, piece in enumerate(_MARKER.split(line)):
        if i % 2 and int(piece) in known:
            paragraph.add_run()._r.extend(_reference(int(piece)))
        elif i % 2 == 0:
            for j, words in enumerate(piece.split("**")):
                if words:
                    paragraph.add_run(_clean(words)).bold = bool(j % 2) or None


def _reference(number: int) -> list[Any]:
    properties = OxmlElement("w:rPr")
    style = OxmlElement("w:rStyle")
    style.set(qn("w:val"), "FootnoteReference")
    properties.append(style)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    return [properties, reference]


def _attach_footnotes(document: WordDocument, known: dict[int, Footnote]) -> None:
    if not known:
        return
    root = etree.fromstring(f"<w:footnotes {nsdecls('w')}/>")
    for identity, kind in ((-1, "separator"), (0, "continuationSeparator")):
        opening = f'<w:footnote {nsdecls("w")} w:type="{kind}" w:id="{identity}">'
        root.append(etree.fromstring(f"{opening}<w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>"))
    for number, note in known.items():
        root.append(_footnote(number, note))
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    part = Part(PackURI("/word/footnotes.xml"), _CONTENT_TYPE, blob, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    settings = document.settings.element
    listed = OxmlElement("w:footnotePr")
    for identity in (-1, 0):
        entry = OxmlElement("w:footnote")
        entry.set(qn("w:id"), str(identity))
        listed.append(entry)
    # The schema fixes the order of settings; footnotePr stands before w:compat.
    before = settings.find(qn("w:compat"))
    (before.addprevious if before is not None else settings.append)(listed)


def _footnote(number: int, note: Footnote) -> Any:
    footnote = etree.fromstring(
        f'<w:footnote {nsdecls("w")} w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
        '<w:r><w:t xml:space="preserve"/></w:r></w:p></w:footnote>'
    )
    text = footnote.find(f".//{qn('w:t')}")
    text.text = _clean(f" {note.reference}原文：“{note.words}”")
    return footnote


def _styles(document: WordDocument) -> None:
    styles = document.styles
    for name, font, size in (("Normal", _SERIF, 11), ("Title", _SANS, 20), ("Heading 1", _SANS, 14)):
        style = styles[name]
        style.font.name, style.font.size = font, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia"):
            fonts.set(qn(f"w:{script}"), font)
        if name != "Normal":
            style.font.color.rgb = _ACCENT
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.4
    text = styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH)
    text.element.set(qn("w:styleId"), "FootnoteText")
    text.font.size = Pt(9)
    text.base_style = styles["Normal"]
    reference = styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
    reference.element.set(qn("w:styleId"), "FootnoteReference")
    reference.font.superscript = True


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
