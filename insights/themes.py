"""Themes: begun, changed, merged, split, retired. Curators do that; the tagger follows (`insights.theming`).

Each verb takes the codebook's lock first: two curators at the themes take turns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from casestudies.errors import Missing
from casestudies.permissions import may_on_site
from insights.choices import Queue, TagOrigin, TagState, Verdict
from insights.models import Example, Insight, Tag
from insights.models.words import LONGEST, SHORTEST, clean_words
from insights.nudging import nudge_themes_after_commit
from insights.review import code_of, hold_tags, lock_to_decide, record
from lhs.models import THEMES, Code, Codebook
from lhs.versions import lock_codebook

FEWEST_EXAMPLES = 3
MOST_EXAMPLES = 50
LONGEST_NAME = 160
LONGEST_SLUG = 60
# Addresses beside those of the themes.
TAKEN = frozenset({"new"})


class _Left:
    """What is not given is left as it is; None would say that there is to be none."""


LEFT = _Left()


def may_curate(person: User | None) -> bool:
    """Say whether `person` may make and change themes."""
    return may_on_site(person, "curate", "theme")


@transaction.atomic
def create(
    *,
    person: User,
    name: str,
    definition: str,
    examples: Sequence[str] = (),
    insight_ids: Collection[UUID] = (),
    parent: str | None = None,
    threshold: float | None = None,
) -> Code:
    """Begin a theme with at least three examples: texts written for it, and insights, which are confirmed with it.

    `parent` is the slug of the theme it stands under. Raises PermissionDenied, ValidationError by field, and Missing
    (an insight that the person may not open).
    """
    codebook = _locked(person)
    faults: dict[str, str] = {}
    said = {"name": _name(codebook, name, faults), "definition": _definition(definition, faults)}
    texts = _texts(examples, faults)
    _enough(len(texts) + len(set(insight_ids)), faults)
    above = _parent(None, parent, faults)
    _threshold(threshold, faults)
    if faults:
        raise ValidationError({field: [reason] for field, reason in faults.items()})
    theme = Code.objects.create(
        codebook=codebook,
        slug=_slug(codebook, said["name"]),
        position=(codebook.codes.aggregate(last=Max("position"))["last"] or 0) + 1,
        parent=above,
        threshold=threshold,
        created=timezone.now(),
        **said,
    )
    Example.objects.bulk_create(
        Example(code=theme, position=place, text=text, person=person) for place, text in enumerate(texts)
    )
    _choose(person, theme, insight_ids, first=len(texts))
    nudge_themes_after_commit()
    return theme


@transaction.atomic
def change(
    *,
    person: User,
    slug: str,
    name: str | None = None,
    definition: str | None = None,
    parent: str | _Left | None = LEFT,
    threshold: float | _Left | None = LEFT,
) -> Code:
    """Rename, redefine, nest (under a theme, or None: under none) a theme, or set from which score it is suggested.

    Threshold None: as the tagger finds it. The slug stays: addresses go on working. Raises Missing, PermissionDenied,
    ValidationError by field.
    """
    codebook = _locked(person)
    theme = code_of(THEMES, slug)
    faults: dict[str, str] = {}
    if name is not None:
        theme.name = _name(codebook, name, faults, but=theme)
    if definition is not None:
        theme.definition = _definition(definition, faults)
    if not isinstance(parent, _Left):
        theme.parent = _parent(theme, parent, faults)
    if not isinstance(threshold, _Left):
        _threshold(threshold, faults)
        theme.threshold = threshold
    if faults:
        raise ValidationError({field: [reason] for field, reason in faults.items()})
    theme.save(update_fields=["name", "definition", "parent", "threshold"])
    nudge_themes_after_commit()
    return theme


@transaction.atomic
def merge(*, person: User, slug: str, into: str) -> Code:
    """Let a theme be part of another, and return that one. Every tag goes there, with its author; every decision stays
    as it was made, and counts for it from now on.

    Where an insight has both, a person's outcome wins over the machine's, and confirmed over rejected. It cannot be
    undone. Raises Missing, PermissionDenied, ValidationError (`into`: none that can be merged into).
    """
    codebook = _locked(person)
    gone = code_of(THEMES, slug)
    try:
        kept = code_of(THEMES, into)
    except Missing as missing:
        raise ValidationError({"into": [str(missing)]}) from missing
    if kept == gone:
        raise ValidationError({"into": ["A theme cannot be merged into itself."]})
    ids = list(Tag.objects.filter(code__in=[gone, kept]).values_list("insight_id", flat=True).distinct())
    hold_tags(ids, codebook.id)
    left = _move_tags(gone, kept)
    _move_examples(gone, kept)
    if kept.parent_id == gone.id:
        kept.parent = None
        kept.save(update_fields=["parent"])
    below = list(gone.children.all())
    Code.objects.filter(parent=gone).update(parent=None)
    Code.objects.filter(id__in=[one.id for one in below]).update(parent=kept.parent or kept)
    now = timezone.now()
    for one in [gone, *gone.merged.all()]:
        one.merged_into, one.retired_at, one.parent = kept, one.retired_at or now, None
        one.save(update_fields=["merged_into", "retired_at", "parent"])
    # Not before: until its theme is merged, the database keeps a person's tag.
    Tag.objects.filter(id__in=left).delete()
    nudge_themes_after_commit()
    return kept


@transaction.atomic
def split(
    *,
    person: User,
    slug: str,
    name: str,
    definition: str,
    insight_ids: Collection[UUID],
    examples: Sequence[str] = (),
) -> Code:
    """Begin a theme with insights of another, which leave that one: the curator picks them. Return the new theme.

    On each the new theme is confirmed and the old one rejected, by the person. It stands beside the old one. Raises
    Missing, PermissionDenied, ValidationError by field (`insights`: none chosen, or one without that theme).
    """
    _locked(person)
    old = code_of(THEMES, slug)
    picked = set(insight_ids)
    of_old = Tag.objects.filter(code=old, insight_id__in=picked).exclude(state=TagState.REJECTED)
    if not picked:
        raise ValidationError({"insights": ["Choose the insights that go to the new theme."]})
    if of_old.count() != len(picked):
        raise ValidationError({"insights": [f"Choose among the insights that have the theme “{old.name}”."]})
    new = create(
        person=person,
        name=name,
        definition=definition,
        examples=examples,
        insight_ids=picked,
        parent=old.parent.slug if old.parent else None,
    )
    for insight_id in sorted(picked):
        _say(person, insight_id, old, Verdict.REJECTED)
    Example.objects.filter(code=old, insight_id__in=picked).delete()
    return new


@transaction.atomic
def retire(*, person: User, slug: str) -> Code:
    """Take a theme out of use. Its tags are shown no more; it and every decision on it stay. What stood under it stands
    by itself. Raises Missing, PermissionDenied."""
    _locked(person)
    theme = code_of(THEMES, slug)
    Code.objects.filter(parent=theme).update(parent=None)
    theme.retired_at, theme.parent = timezone.now(), None
    theme.save(update_fields=["retired_at", "parent"])
    nudge_themes_after_commit()
    return theme


def _locked(person: User) -> Codebook:
    if not may_curate(person):
        raise PermissionDenied("Themes are made and changed by curators.")
    return lock_codebook(THEMES)


def _say(person: User, insight_id: UUID, theme: Code, verdict: Verdict) -> None:
    insight = lock_to_decide(person=person, insight_id=insight_id)
    hold_tags([insight.id], theme.codebook_id)
    tag = Tag.objects.filter(insight=insight, code=theme).first()
    record(person=person, insight=insight, code=theme, tag=tag, verdict=verdict, shown=True, queue=Queue.PAGE)


def _choose(person: User, theme: Code, insight_ids: Collection[UUID], *, first: int) -> None:
    chosen = sorted(set(insight_ids))
    for insight_id in chosen:
        _say(person, insight_id, theme, Verdict.CONFIRMED)
    if Insight.objects.filter(id__in=chosen, words_withheld=True).exists():
        raise ValidationError({"insights": ["Words whose consent is withheld cannot be an example of a theme."]})
    if Insight.objects.filter(id__in=chosen, flagged=True).exists():
        raise ValidationError({"insights": ["One of these may tell who somebody is: settle its flags first."]})
    Example.objects.bulk_create(
        Example(code=theme, position=first + place, insight_id=insight_id, person=person)
        for place, insight_id in enumerate(chosen)
    )


def _move_tags(gone: Code, kept: Code) -> list[UUID]:
    """Make the tags of one theme those of another, and return those that stay behind, to be deleted once it is merged.

    The locks of the Tagging rows are the caller's.
    """
    there = {tag.insight_id: tag for tag in Tag.objects.filter(code=kept)}
    stay, move, won = [], [], []
    for tag in Tag.objects.filter(code=gone):
        other = there.get(tag.insight_id)
        if tag.origin == TagOrigin.MACHINE:
            # The tagger of the merged themes says anew what it thinks.
            stay.append(tag.id)
        elif other is None or other.origin == TagOrigin.MACHINE:
            move.append(tag)
        else:
            stay.append(tag.id)
            if tag.state == TagState.CONFIRMED and other.state == TagState.REJECTED:
                other.state, other.decided_by_id, other.modified = tag.state, tag.decided_by_id, timezone.now()
                won.append(other)
    machines = [there[tag.insight_id].id for tag in move if tag.insight_id in there]
    Tag.objects.filter(id__in=machines).delete()
    Tag.objects.filter(id__in=[tag.id for tag in move]).update(code=kept)
    Tag.objects.bulk_update(won, ["state", "decided_by", "modified"], batch_size=500)
    return stay


def _move_examples(gone: Code, kept: Code) -> None:
    there = set(kept.examples.filter(insight__isnull=False).values_list("insight_id", flat=True))
    last = kept.examples.aggregate(last=Max("position"))["last"] or 0
    moved = [one for one in gone.examples.all() if one.insight_id is None or one.insight_id not in there]
    Example.objects.bulk_create(
        Example(code=kept, position=last + place, text=one.text, insight_id=one.insight_id, person_id=one.person_id)
        for place, one in enumerate(moved, start=1)
    )


def _name(codebook: Codebook, name: str, faults: dict[str, str], *, but: Code | None = None) -> str:
    cleaned = " ".join(_cleaned("name", name, faults).split())
    if not cleaned:
        faults.setdefault("name", "Give the theme a name.")
    elif len(cleaned) > LONGEST_NAME:
        faults["name"] = f"The name may have up to {LONGEST_NAME} characters; this has {len(cleaned):,}."
    else:
        others = Code.objects.living().filter(codebook=codebook, name__iexact=cleaned)
        if (others.exclude(id=but.id) if but else others).exists():
            faults["name"] = f"There is a theme called “{cleaned}” already. Choose another name, or change that one."
    return cleaned


def _definition(definition: str, faults: dict[str, str]) -> str:
    cleaned = _cleaned("definition", definition, faults)
    if not SHORTEST <= len(cleaned) <= LONGEST:
        faults.setdefault("definition", f"Say what the theme is about, in {SHORTEST} to {LONGEST:,} characters.")
    return cleaned


def _texts(examples: Sequence[str], faults: dict[str, str]) -> list[str]:
    """The examples without those that are empty or said twice."""
    texts = list(dict.fromkeys(_cleaned("examples", text, faults) for text in examples))
    texts = [text for text in texts if text]
    for place, text in enumerate(texts, start=1):
        if not SHORTEST <= len(text) <= LONGEST:
            faults.setdefault("examples", f"Example {place} must have {SHORTEST} to {LONGEST:,} characters.")
    return texts


def _enough(given: int, faults: dict[str, str]) -> None:
    if given < FEWEST_EXAMPLES:
        faults.setdefault(
            "examples",
            f"Give at least {FEWEST_EXAMPLES} different examples: texts of your own, or insights. You gave {given}.",
        )
    elif given > MOST_EXAMPLES:
        faults.setdefault("examples", f"Give up to {MOST_EXAMPLES} examples; you gave {given}.")


def _parent(theme: Code | None, slug: str | None, faults: dict[str, str]) -> Code | None:
    if not slug:
        return None
    try:
        above = code_of(THEMES, slug)
    except Missing as missing:
        faults["parent"] = str(missing)
        return None
    if theme is not None and above == theme:
        faults["parent"] = "A theme cannot stand under itself."
    elif above.parent_id is not None:
        faults["parent"] = f"“{above.name}” stands under another theme; there are two levels and no more."
    elif theme is not None and theme.children.exists():
        faults["parent"] = f"Other themes stand under “{theme.name}”; there are two levels and no more."
    return above


def _threshold(threshold: float | None, faults: dict[str, str]) -> None:
    if threshold is not None and not 0 < threshold < 1:
        faults["threshold"] = "Give a number between 0 and 1, such as 0.5, or none to leave it to the tagger."


def _cleaned(field: str, words: str, faults: dict[str, str]) -> str:
    try:
        return clean_words(words)
    except ValidationError as fault:
        faults.setdefault(field, fault.messages[0])
        return ""


def _slug(codebook: Codebook, name: str) -> str:
    """An address for a theme of that name that none has or had."""
    wanted = slugify(name)[: LONGEST_SLUG - 4].strip("-") or "theme"
    there = set(codebook.codes.filter(Q(slug=wanted) | Q(slug__startswith=f"{wanted}-")).values_list("slug", flat=True))
    there |= TAKEN
    number = 2
    slug = wanted
    while slug in there:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
