"""A notice that a model wrote the text: short, long, and as a field that a program puts into its replies."""

from typing import TYPE_CHECKING

from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.model import Code
from workbench.export.reports import disclosure as notice
from workbench.export.reports.models import UNKNOWN

if TYPE_CHECKING:
    from workbench.store import Store

_PROSE = (
    Prose("limitation", "Limitation in this context", "What the answers cannot be relied on for here. Empty: what the model's card says."),
    Prose("review", "Review", "Who looks at the answers before or after they are used."),
    Prose("contact", "Contact", "Whom to ask or to complain to. Empty: what the model's card says."),
)
_SECTIONS = (
    Part("short", "Short Form", _PROSE, always=True),
    Part("long", "Long Form", always=True),
    Part("field", "As a Field", always=True),
    Part("missing", "What Is Missing"),
)


@kind("disclosure", title="Disclosure notice", sections=_SECTIONS, audiences={"manager": ("short", "long", "missing")})
def gather(store: "Store", request: Request) -> Gathered:
    """The notice for `provider/model` or `provider/model@context`. Raises NotFound, InputError."""
    found = notice.of(store, request.subject)
    facts = {
        "model": found.model.name,
        "context": found.context,
        "short": notice.short(found),
        "long": notice.long(found),
        "field": Code(notice.as_json(found), "json"),
        "missing": _missing(found),
    }
    where = f" for {found.context}" if found.context else ""
    return Gathered(
        f"Disclosure: {found.model.name}{where}", "That a model wrote it, and what does not hold", facts, found.sources, about=found.subject
    )


def _missing(found: notice.Notice) -> list[str]:
    """What the notice could not say, and where to write it."""
    card = f"the model card of {found.model.name}"
    return [
        sentence
        for sentence, there in (
            (f"The version of the model is unknown: write it in {card} (Version).", found.version != UNKNOWN),
            (f"Who made the model is unknown: write it in {card} (Developer).", bool(found.developer)),
            ("No limitation is written: write one here, or in the model card (By context).", bool(found.limitation)),
            ("Nothing is measured: run the prompt on a dataset with a score (Compare).", found.score is not None),
            ("Nobody is named to ask: write it here or in the model card (Contact).", bool(found.contact)),
        )
        if not there
    ]
