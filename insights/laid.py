"""What is laid before a person to judge: the words, and of each code what they may see of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from insights.choices import TagState
from insights.models import Source, Tag, Turn
from lhs.models import Code


@dataclass(frozen=True)
class Choice:
    """A code to judge. `state` is empty, and score, reason and version with it, where nothing is said or shown."""

    code: str
    name: str
    definition: str
    state: str = ""
    score: float | None = None
    reason: str = ""
    version: int | None = None

    @property
    def chosen(self) -> bool:
        """Whether it is ticked as it is laid: suggested, or confirmed by someone."""
        return self.state in (TagState.SUGGESTED, TagState.CONFIRMED)


@dataclass(frozen=True)
class Laid:
    """A turn with its words and the codes in the codebook's order.

    It says neither from where it was drawn nor whether suggestions are hidden: that could be read as a mark of the
    audit. Nor does it give the insight's id, by which what is hidden could be looked up.
    """

    turn: UUID
    title: str
    text: str
    kind: str
    source_kind: str
    codes: tuple[Choice, ...]


def laid(turn: Turn, *, blind: bool = False) -> Laid:
    """Return what `turn` lays before its person; `blind` hides the suggestions also where they were shown before."""
    insight = turn.insight
    tags: dict[UUID, Tag] = {}
    if turn.shown and not blind:
        there = Tag.objects.select_related("tagger").defer("tagger__artefact")
        tags = {tag.code_id: tag for tag in there.filter(insight=insight, code__codebook=turn.codebook)}
    source = Source.objects.filter(insight=insight, position=0).values_list("kind", flat=True)
    return Laid(
        turn=turn.id,
        title=insight.title,
        text=insight.text,
        kind=insight.kind,
        source_kind=source.first() or "",
        codes=tuple(_choice(code, tags.get(code.id)) for code in Code.objects.living().filter(codebook=turn.codebook)),
    )


def _choice(code: Code, tag: Tag | None) -> Choice:
    if tag is None:
        return Choice(code.slug, code.name, code.definition)
    return Choice(
        code=code.slug,
        name=code.name,
        definition=code.definition,
        state=tag.state,
        score=tag.score,
        reason=tag.reason if tag.tagger else "",
        version=tag.tagger.version if tag.tagger else None,
    )
