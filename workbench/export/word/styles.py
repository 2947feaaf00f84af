"""The styles, lists and settings of a Word document, in the colour of its brand. Owns how things look; knows no content."""

from dataclasses import dataclass

from workbench.export.drawing import looks
from workbench.export.word.grid import Colours

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MONO = "Consolas"
LANGUAGE = "en-GB"
_BODY, _EAST, _COMPLEX = "Calibri", "Microsoft YaHei", "Arial"
_SOFT = "5F6B7A"
_CODE_GROUND, _CODE_EDGE = "F5F6F8", "DDE1E6"
_CELL = {"top": 0, "left": 108, "bottom": 0, "right": 108}
_LEVELS = 9  # of a list; Word knows no more
_BULLETS = "•◦▪"  # in any font, not in one of symbols that a machine may lack
STEP = 340  # twips that a level of a list is indented by


@dataclass(frozen=True, slots=True)
class Paint:
    """The colours of a document as rrggbb: accent as text, tables, and each kind of note as (edge, ground)."""

    accent: str
    table: Colours
    notes: dict[str, tuple[str, str]]


def paint(accent: str) -> Paint:
    """The colours that go with an accent (#rrggbb), which is darkened until it can be read on white."""
    chosen = looks.readable(looks.accent(accent), "#ffffff")
    edges = {"info": chosen, "warning": "#b7791f", "missing": "#6b7280", "good": "#2f7d5b", "bad": "#b3412e"}
    notes = {kind: (_bare(edge), _bare(looks.mix(edge, "#ffffff", 0.09))) for kind, edge in edges.items()}
    table = Colours(_bare(looks.mix(chosen, "#ffffff", 0.12)), "F8F9FA", "D5DAE0", _bare(chosen))
    return Paint(_bare(chosen), table, notes)


def styles(colours: Paint) -> str:
    """Defaults and styles as the children of `w:styles`."""
    fonts = f'<w:rFonts w:ascii="{_BODY}" w:hAnsi="{_BODY}" w:eastAsia="{_EAST}" w:cs="{_COMPLEX}"/>'
    language = f'<w:lang w:val="{LANGUAGE}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    defaults = (
        f'<w:docDefaults {NAMESPACE}><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="21"/><w:szCs w:val="21"/>{language}</w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="269" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )
    return defaults + "".join([*_base(), *_headings(colours.accent), *_contents(), *_blocks(colours.accent), *_cells()])


def numbering(ordered: list[int]) -> str:
    """The lists as the children of `w:numbering`: number 1 has bullets; then one list for each of `ordered`, which holds the level it
    counts at, each counting from 1.
    """
    marks = [("bullet", _BULLETS[level % 3]) for level in range(_LEVELS)]
    counts = [(("decimal", "lowerLetter", "lowerRoman")[level % 3], f"%{level + 1}.") for level in range(_LEVELS)]
    abstract = "".join(
        f'<w:abstractNum {NAMESPACE} w:abstractNumId="{number}"><w:multiLevelType w:val="hybridMultilevel"/>'
        + "".join(_level(level, form, mark) for level, (form, mark) in enumerate(levels))
        + "</w:abstractNum>"
        for number, levels in enumerate((marks, counts), 1)
    )
    lists = f'<w:num {NAMESPACE} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    for number, level in enumerate(ordered, 2):
        anew = f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>'
        lists += f'<w:num {NAMESPACE} w:numId="{number}"><w:abstractNumId w:val="2"/>{anew}</w:num>'
    return abstract + lists


def _level(level: int, form: str, mark: str) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{mark}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{STEP * (level + 1)}" w:hanging="{STEP}"/></w:pPr></w:lvl>'
    )


def _base() -> list[str]:
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in _CELL.items())
    table = f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
    return [
        _style("Normal", "Normal", default=True),
        _hidden("character", "DefaultParagraphFont", "Default Paragraph Font"),
        _hidden("table", "TableNormal", "Normal Table", table),
        _hidden("numbering", "NoList", "No List"),
    ]


def _hidden(kind: str, key: str, name: str, inner: str = "") -> str:
    said = f'<w:name w:val="{name}"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>{inner}'
    return f'<w:style {NAMESPACE} w:type="{kind}" w:default="1" w:styleId="{key}">{said}</w:style>'


def _headings(accent: str) -> list[str]:
    made = [
        _style(
            "Title",
            "Title",
            '<w:keepNext/><w:spacing w:before="0" w:after="60" w:line="240" w:lineRule="auto"/>',
            _type(26, accent, bold=True),
        ),
        _style("Subtitle", "Subtitle", '<w:keepNext/><w:spacing w:after="60"/>', _type(13, _SOFT)),
        _style(
            "TitleFacts",
            "Title Facts",
            f'<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="6" w:color="{accent}"/></w:pBdr><w:spacing w:after="240"/>',
            _type(10, _SOFT),
        ),
    ]
    for level, (size, before, after) in enumerate([(16, 360, 100), (13, 260, 80), (11.5, 220, 60), (10.5, 180, 60)], 1):
        space = f'<w:spacing w:before="{before}" w:after="{after}" w:line="252" w:lineRule="auto"/>'
        made.append(
            _style(
                f"Heading{level}",
                f"heading {level}",
                f'<w:keepNext/><w:keepLines/>{space}<w:outlineLvl w:val="{level - 1}"/>',
                _type(size, accent if level < 3 else "2B3440", bold=True),
            )
        )
    return made


def _contents() -> list[str]:
    made = [_style("TOCHeading", "TOC Heading", '<w:keepNext/><w:spacing w:before="120" w:after="80"/>', _type(13, "2B3440", bold=True))]
    for level in (1, 2, 3):
        tabs = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9628"/></w:tabs>'
        left = 280 * (level - 1)
        made.append(_style(f"TOC{level}", f"toc {level}", f'{tabs}<w:spacing w:after="40"/><w:ind w:left="{left}" w:right="560"/>'))
    return made


def _blocks(accent: str) -> list[str]:
    box = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="4" w:color="{_CODE_EDGE}"/>' for side in ("top", "left", "bottom", "right"))
    ground = f'<w:shd w:val="clear" w:color="auto" w:fill="{_CODE_GROUND}"/>'
    mono = f'<w:rFonts w:ascii="{MONO}" w:hAnsi="{MONO}" w:cs="Courier New"/><w:noProof/>'
    indent = '<w:ind w:left="113" w:right="113"/>'
    return [
        _style(
            "Code",
            "Code",
            f'<w:pBdr>{box}</w:pBdr>{ground}<w:spacing w:after="0" w:line="252" w:lineRule="auto"/>{indent}',
            mono + '<w:sz w:val="18"/><w:szCs w:val="18"/>',
        ),
        _character(
            "CodeInline",
            "Code Inline",
            mono + '<w:sz w:val="19"/><w:szCs w:val="19"/><w:shd w:val="clear" w:color="auto" w:fill="EEF0F3"/>',
        ),
        _character("Hyperlink", "Hyperlink", f'<w:color w:val="{accent}"/><w:u w:val="single"/>'),
        _style("Caption", "caption", '<w:keepLines/><w:spacing w:before="120" w:after="80"/>', _type(9.5, "2B3440", bold=True)),
        _style("Remark", "Remark", '<w:keepLines/><w:spacing w:before="40" w:after="120"/>', _type(9, _SOFT)),
        _style("Quote", "Quote", '<w:spacing w:after="60"/>', '<w:i/><w:iCs/><w:color w:val="3F4A57"/>'),
        _style("Note", "Note", '<w:spacing w:before="0" w:after="40"/>'),
        _style("ListParagraph", "List Paragraph", '<w:spacing w:after="50"/>'),
        _style("Picture", "Picture", '<w:spacing w:after="60" w:line="240" w:lineRule="auto"/>'),
        _style(
            "Spacer",
            "Spacer",
            '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/>',
            '<w:sz w:val="8"/><w:szCs w:val="8"/>',
        ),
        _style("Header", "header", '<w:spacing w:after="0"/>', _type(9, _SOFT)),
        _style("Footer", "footer", '<w:spacing w:after="0"/><w:jc w:val="right"/>', _type(9, _SOFT)),
    ]


def _cells() -> list[str]:
    space = '<w:spacing w:after="0" w:line="247" w:lineRule="auto"/>'
    return [
        _style(name, said, space, f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>')
        for name, said, size in (("TableText", "Table Text", 9.5), ("TableSmall", "Table Small", 8.5), ("TableTiny", "Table Tiny", 7.5))
    ]


def _style(key: str, name: str, block: str = "", letters: str = "", *, default: bool = False) -> str:
    first = ' w:default="1"' if default else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    following = '<w:next w:val="Normal"/>' if key.startswith(("Heading", "Title", "Caption")) else ""
    return (
        f'<w:style {NAMESPACE} w:type="paragraph"{first} w:styleId="{key}"><w:name w:val="{name}"/>{based}{following}<w:qFormat/>'
        f"<w:pPr>{block}</w:pPr><w:rPr>{letters}</w:rPr></w:style>"
    )


def _character(key: str, name: str, letters: str) -> str:
    return (
        f'<w:style {NAMESPACE} w:type="character" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="DefaultParagraphFont"/>'
        f"<w:qFormat/><w:rPr>{letters}</w:rPr></w:style>"
    )


def _type(points: float, colour: str, *, bold: bool = False) -> str:
    size = round(points * 2)
    return f'{"<w:b/><w:bCs/>" if bold else ""}<w:color w:val="{colour}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _bare(colour: str) -> str:
    return colour.lstrip("#").upper()
