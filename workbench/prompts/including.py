"""Which versions may include a given prompt, found by their text. What they truly include is for rendering to say."""

from collections.abc import Iterator

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import aliased

from workbench.prompts.content import Content
from workbench.prompts.tables import LabelRow, PromptRow, VersionRow
from workbench.store import Store


def candidates(store: Store, written: str, current_only: bool) -> Iterator[tuple[str, Content]]:
    """Prompt and content of every version whose JSON holds `written`; with `current_only`, of latest and labelled versions alone."""
    query = select(PromptRow.name, VersionRow.content).join_from(PromptRow, VersionRow, VersionRow.prompt_id == PromptRow.id)
    query = query.where(cast(VersionRow.content, Text).contains(written, autoescape=True))
    if current_only:
        newer = aliased(VersionRow)
        latest = select(func.max(newer.number)).where(newer.prompt_id == VersionRow.prompt_id).correlate(VersionRow).scalar_subquery()
        labelled = select(LabelRow.name).where(LabelRow.version_id == VersionRow.id).correlate(VersionRow).exists()
        query = query.where(or_(VersionRow.number == latest, labelled))
    with store.read() as session:
        for name, raw in session.execute(query):
            yield name, Content.from_json(raw)
