"""Log an insight, and edit one: the verbs behind the form, the API and the importer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from casestudies.errors import Conflict, Missing
from casestudies.lifecycle import Status
from casestudies.models import Audience, CaseStudy, LearningActivity, Programme
from casestudies.permissions import may
from insights.choices import Consent
from insights.flagging import kinds_in_key, remembered, rewrite
from insights.lacking import missing
from insights.models import Insight, Source
from insights.models.words import LONGEST, SHORTEST, clean_words
from insights.notices import tell_of_move
from insights.nudging import nudge_after_commit
from insights.visibility import may_here

# What a person may say of an insight beside its text; programme, sources and audiences have arguments of their own.
WRITABLE = (
    "kind",
    "title",
    "text",
    "perspective",
    "level",
    "effect",
    "response",
    "section",
    "position",
    "locator",
    "external_id",
    "illustrative",
)
WORDS = ("title", "text", "section", "locator", "external_id")
EARLIEST = datetime.date(1900, 1, 1)
# Columns that refer to rows which a verb has in hand: to ask the database for each again would tell nothing new.
IN_HAND = ("programme", "case_study", "learning_activity", "author")
NO_KEY = "This may tell who somebody is ({kinds}). Readers see references: give a number or a code of your own."
NOT_THEIRS = "Words whose consent is withheld are logged by the programme's own team."


@dataclass(frozen=True)
class Voice:
    """A source as it is written: who said it, by role, where and when, and whether the words may leave."""

    kind: str
    role: str = ""
    organisation_id: UUID | None = None
    place: str = ""
    collected_on: datetime.date | None = None
    consent: str = Consent.NOT_NEEDED


@dataclass(frozen=True)
class Setting:
    """Where an insight belongs: its programme, and what of the programme it came out of."""

    programme: Programme
    case_study: CaseStudy | None = None
    learning_activity: LearningActivity | None = None


def setting_of(
    *,
    programme: Programme | None = None,
    case_study: CaseStudy | None = None,
    learning_activity: LearningActivity | None = None,
) -> Setting:
    """Work out the programme from what was given; the programme follows from the case study or the activity.

    Raises ValidationError when none is given, or when they are not of one programme.
    """
    owner = programme
    for thing in (case_study, learning_activity):
        if owner is None and thing is not None:
            owner = thing.programme
    if owner is None:
        raise ValidationError({"programme": "Say which programme or case study this belongs to."})
    for name, thing in (("case_study", case_study), ("learning_activity", learning_activity)):
        if thing is not None and thing.programme_id != owner.id:
            raise ValidationError({name: f"This belongs to another programme than “{owner.name}”."})
    return Setting(owner, case_study, learning_activity)


@transaction.atomic
def log(
    *,
    person: User,
    setting: Setting,
    voices: Sequence[Voice],
    status: str = Status.DRAFT,
    audiences: Sequence[Audience] = (),
    **said: Any,
) -> Insight:
    """Save a new insight with its voices, screened, and have it tagged once it is saved.

    `said` holds any of WRITABLE. Raises PermissionDenied, ValidationError (by field), or Conflict when the
    programme already has an insight with that external id.
    """
    if status not in (Status.DRAFT, Status.SUBMITTED):
        raise ValidationError({"status": "A new insight is a draft or submitted."})
    if not may(person, "log", "insight", programme_id=setting.programme.id, status=status):
        raise PermissionDenied(f"You can log insights only in your own programmes, not in “{setting.programme.name}”.")
    insight = Insight(
        programme=setting.programme,
        case_study=setting.case_study,
        learning_activity=setting.learning_activity,
        author=person,
        status=status,
        **in_order(said),
    )
    sources = sources_of(insight, voices, person)
    if any(voice.consent == Consent.WITHHELD for voice in voices) and not may_log_withheld(
        person, programme_id=setting.programme.id, status=status
    ):
        raise PermissionDenied(NOT_THEIRS)
    if status == Status.SUBMITTED and (lacks := missing(insight=insight, name="submit")):
        raise ValidationError({field: [reason] for field, reason in lacks.items()})
    _save(insight)
    Source.objects.bulk_create(sources)
    if audiences:
        insight.audiences.set(audiences)
    rewrite([insight.id])
    _as_saved(insight)
    tell_of_move(person=person, insight=insight)
    nudge_after_commit()
    return insight


@transaction.atomic
def edit(
    *,
    person: User,
    insight_id: UUID,
    setting: Setting | None = None,
    voices: Sequence[Voice] | None = None,
    audiences: Sequence[Audience] | None = None,
    unless_changed_since: datetime.datetime | None = None,
    **said: Any,
) -> Insight:
    """Change what is given of an insight; the rest stays. New words are tagged anew once saved.

    `unless_changed_since` is the `modified` the person last saw: when someone else has changed the insight since,
    nothing is written and Conflict is raised. Raises Missing, PermissionDenied, ValidationError, Conflict.
    """
    insight = lock(person=person, insight_id=insight_id)
    if not may_here(person, "edit", "insight", insight):
        raise PermissionDenied(f"You cannot edit this insight while it is {insight.status}.")
    if unless_changed_since is not None and insight.modified != unless_changed_since:
        raise Conflict("Someone else changed this insight while you were writing. Look at theirs first.", field="text")
    if setting is not None:
        if not may(person, "edit", "insight", programme_id=setting.programme.id, status=insight.status):
            raise PermissionDenied("You can move an insight only to a programme of your own.")
        if insight.words_withheld and setting.programme.id != insight.programme_id:
            raise ValidationError({"programme": "Words whose consent is withheld stay in their programme."})
        insight.programme = setting.programme
        insight.case_study = setting.case_study
        insight.learning_activity = setting.learning_activity
    for field, value in in_order(said).items():
        setattr(insight, field, value)
    insight.modified = timezone.now()
    before = remembered([insight.id])
    _save(insight)
    if voices is not None:
        _replace_sources(insight, voices, person)
    if audiences is not None:
        insight.audiences.set(audiences)
    rewrite([insight.id], before)
    _as_saved(insight)
    nudge_after_commit()
    return insight


def lock(*, person: User | None, insight_id: UUID) -> Insight:
    """Return the insight, locked for this transaction, if `person` may open it; else raise Missing."""
    insight = Insight.objects.select_for_update(no_key=True).filter(id=insight_id).first()
    if insight is None or not may_here(person, "read", "insight", insight):
        raise Missing("There is no such insight, or you may not open it.")
    return insight


def may_log_withheld(person: User, *, programme_id: UUID, status: str) -> bool:
    """Say whether `person` may log words in this programme whose consent is withheld."""
    return may(person, "log", "insight", programme_id=programme_id, status=status, withheld=True)


def in_order(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said with its words in order; raises ValidationError naming each field at fault."""
    cleaned: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for field, value in said.items():
        if field not in WRITABLE:
            raise TypeError(f"{field} cannot be written")
        if field in WORDS and isinstance(value, str):
            try:
                value = clean_words(value)
            except ValidationError as fault:
                faults[field] = fault.messages
        if field == "text" and not SHORTEST <= len(value) <= LONGEST:
            faults.setdefault(field, [f"Write between {SHORTEST} and {LONGEST:,} characters; this has {len(value):,}."])
        if field == "external_id":
            value = value or None
            if value and isinstance(value, str) and (kinds := kinds_in_key(value)):
                faults.setdefault(field, [NO_KEY.format(kinds=", ".join(dict.fromkeys(kinds)).lower())])
        cleaned[field] = value
    if faults:
        raise ValidationError(faults)
    return cleaned


def sources_of(
    insight: Insight, voices: Sequence[Voice], person: User, *, first: int = 0, in_hand: Sequence[str] = ()
) -> list[Source]:
    """Return the voices as sources that are not saved yet, from position `first` on.

    `in_hand` names columns whose rows the caller knows to be there.
    Raises ValidationError naming each field at fault: `source.role` of the first of all, else `voices.3.role`.
    """
    if not voices:
        raise ValidationError({"source": "Say whose voice this is: staff, patient, family, coordinator, data or team."})
    sources = []
    for position, voice in enumerate(voices, start=first):
        said = asdict(voice)
        faults: dict[str, list[str]] = {}
        for field in ("role", "place"):
            try:
                said[field] = clean_words(said[field])
            except ValidationError as fault:
                faults[field] = fault.messages
        if voice.collected_on and not EARLIEST <= voice.collected_on <= timezone.localdate() + datetime.timedelta(1):
            faults["collected_on"] = [f"Give a day between {EARLIEST:%-d %B %Y} and today."]
        source = Source(insight=insight, position=position, recorded_by=person, **said)
        try:
            source.clean_fields(exclude=["insight", *in_hand])
        except ValidationError as fault:
            faults = {**fault.message_dict, **faults}
        if faults:
            place = "source" if position == 0 else f"voices.{position}"
            raise ValidationError({f"{place}.{field}": reasons for field, reasons in faults.items()})
        sources.append(source)
    return sources


def _replace_sources(insight: Insight, voices: Sequence[Voice], person: User) -> None:
    """Write the voices over those that were there, place by place, so that their history stays theirs."""
    present = {source.position: source for source in insight.sources.all()}
    for source in sources_of(insight, voices, person):
        was = present.pop(source.position, None)
        if was is None:
            source.save(force_insert=True)
            continue
        for field in ("kind", "role", "organisation_id", "place", "collected_on", "consent"):
            setattr(was, field, getattr(source, field))
        was.save()
    for left in present.values():
        left.delete()


def _save(insight: Insight) -> None:
    """Check the insight field by field, then write it; the database holds the rest of the rules."""
    insight.clean_fields(exclude=IN_HAND)
    try:
        with transaction.atomic():
            insight.save()
    except IntegrityError as error:
        if "insight_external_id_once_in_programme" in str(error):
            raise Conflict(
                "This programme already has an insight with that external id.", field="external_id"
            ) from error
        if "Its links to other insights do not fit" in str(error):
            raise ValidationError(
                {"kind": "Its links to other insights do not fit that kind: take them away first."}
            ) from error
        raise


def _as_saved(insight: Insight) -> None:
    """Read back what the database keeps by itself, so that the caller can edit again from what it holds."""
    insight.refresh_from_db(fields=["created", "modified", "digest", "words_withheld", "flagged"])
