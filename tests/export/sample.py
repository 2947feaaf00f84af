"""A document with every block, hostile texts and many scripts: what every writer is held to."""

from workbench.export.model import (
    Brand,
    Cell,
    Chart,
    Code,
    Column,
    Diagram,
    Document,
    Heading,
    Line,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Run,
    Section,
    Table,
    inline,
)
from workbench.export.sources import source

AS_OF_MS = 1_790_000_000_000  # 2026-09-21
HOSTILE = (
    "<script>alert(1)</script>",
    "![x](http://example.invalid/x.png) [y](javascript:alert(2)) **not bold** `not code`",
    '=HYPERLINK("http://example.invalid")',
    "+1+1",
    "@SUM(A1)",
    "```\n# no heading\n~~~\n</pre></code>--> ]]>",
    "{{ 7 * 7 }} {% raw %} $x$ \\ & &amp; \x00\x07\x1b[31m \ud800 \u202eevil",
    "| a | b |\n|---|---|\n| c | d |",
    "a" * 300,
)
SCRIPTS = {
    "Latin": "Füße, naïve café, Škoda, œuvre",
    "Greek": "Καλημέρα κόσμε",
    "Cyrillic": "Здравствуй, мир",
    "Hebrew": "שלום עולם 123",
    "Arabic": "مرحبا بالعالم، كيف حالك؟",
    "Chinese": "你好，世界",
    "Japanese": "こんにちは世界",
    "Korean": "안녕하세요 세계",
    "Emoji": "🎉 👍 ✅",
    "Thai": "สวัสดี",
}


def document() -> Document:
    """The sample; every call gives an equal one."""
    return Document(
        kind="sample",
        title="support/triage: Füße & <b>more</b>",
        subtitle="Version 7, label production",
        subject="support/triage",
        sections=(_text(), _tables(), _charts(), _hostile(), _scripts()),
        sources=(source("version", "12", "support/triage v7", {"hash": "ab"}, at_ms=AS_OF_MS, facts={"hash": "ab12"}),),
        request={"kind": "sample", "subject": "support/triage"},
        as_of_ms=AS_OF_MS,
        brand=Brand(name="Example & Co"),
    )


def _text() -> Section:
    styled = (
        Run("Plain, "),
        Run("bold", bold=True),
        Run(", "),
        Run("italic", italic=True),
        Run(", "),
        Run("a_b*c", code=True),
        Run(" and "),
    )
    return Section(
        "overview",
        "Overview",
        (
            Paragraph((*styled, Run("a link", link="https://example.com/a?b=c&d=e"), Run(".\nA second line."))),
            Heading(3, inline("A smaller heading")),
            ListBlock(((Paragraph(inline("one")),), (Paragraph(inline("two")), ListBlock(((Paragraph(inline("two.one")),),))))),
            ListBlock(((Paragraph(inline("first")),), (Paragraph(inline("second")),)), ordered=True),
            Quote((Paragraph(inline("Somebody said so.")),)),
            *(Note(kind, (Paragraph(inline(f"A remark that is {kind}.")),)) for kind in ("info", "warning", "missing", "good", "bad")),
            Code('{\n  "a": [1, 2]\n}', "json", "A caption"),
        ),
        notes="What to say here.",
    )


def _tables() -> Section:
    columns = (Column("Version"), Column("Requests", "right"), Column("p95", "right"), Column("What it says"))
    rows = tuple(
        (
            Cell(inline(f"v{n}")),
            Cell(inline(f"{n * 1000:,}"), n * 1000),
            Cell(inline(f"{n}.5 s"), n * 1500),
            Cell(inline("long words " * (n % 9))),
        )
        for n in range(1, 41)
    )
    wide = tuple(Column(f"Column {n}") for n in range(1, 10))
    return Section(
        "tables",
        "Tables",
        (Table(columns, rows, "Forty rows"), Table(wide, (tuple(Cell(inline("unbreakable" * 3)) for _ in wide),) * 2), Table(columns, ())),
    )


def _charts() -> Section:
    labels = ("v5", "v6", "v7")
    line = Line("p95", (1200.0, None, 2300.0), (1100.0, None, 2100.0), (1300.0, None, 2500.0))
    day = 86_400_000.0
    start = float(AS_OF_MS)
    return Section(
        "charts",
        "Charts",
        (
            Chart("line", "p95 by version", "ms", labels, (line,), n=1204, note="95 % intervals", alt="p95 rose"),
            Chart("bar", "Cost by model", "usd", ("a", "b"), (Line("cost", (1.5, 0.25)), Line("before", (1.0, None))), n=12),
            Chart("bars", "Errors", "calls", ("rate_limit", "timeout"), (Line("errors", (12.0, 3.0)),), n=15),
            Chart(
                "forest", "Difference", "share", ("B - A", "C - A"), (Line("difference", (0.08, -0.02), (0.02, -0.1), (0.14, 0.06)),), n=120
            ),
            Chart("radar", "Skills", "rating", ("Foundations", "Core", "Advanced", "Domain"), (Line("now", (3.0, 4.0, 2.0, 5.0)),)),
            Chart(
                "matrix",
                "Risks",
                "risks",
                ("unlikely", "possible", "likely"),
                (Line("low", (0.0, 1.0, 0.0)), Line("high", (0.0, 0.0, 2.0))),
            ),
            Chart(
                "gantt",
                "Timeline",
                "day",
                ("Draft", "Test"),
                (Line("x", (1.0, 0.5), (start, start + 7 * day), (start + 7 * day, start + 14 * day)),),
            ),
            Diagram("graph LR\n  A[Message] --> B{Triage}\n  B -->|urgent| C[Agent]\n  B -->|else| D[Reply]", "Messages are triaged."),
        ),
    )


def _hostile() -> Section:
    cells = tuple((Cell(inline(text)), Cell((Run(text, code=True),))) for text in HOSTILE)
    blocks = tuple(Code(text) for text in HOSTILE) + tuple(Paragraph(inline(text)) for text in HOSTILE)
    return Section("hostile", HOSTILE[0], (*blocks, Table((Column(HOSTILE[2]), Column(HOSTILE[1])), cells)))


def _scripts() -> Section:
    rows = tuple((Cell(inline(name)), Cell(inline(text))) for name, text in SCRIPTS.items())
    texts = tuple(Paragraph(inline(text)) for text in SCRIPTS.values())
    return Section(
        "scripts", "Scripts: العربية", (Table((Column("Script"), Column("Text")), rows), *texts, Code("\n".join(SCRIPTS.values())))
    )
