"""Save what a form says: the same for the page that was sent and for what waited on a phone for the network."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import User
from casestudies import reading
from casestudies.lifecycle import Status
from insights.choices import Consent, SourceKind
from insights.models import Insight
from insights.once import Logged, log_once
from insights.remembering import remember, remembered
from web.forms import InsightForm

FROM_A_PAGE = "page"


def save(*, person: User, form: InsightForm, status: str) -> Logged:
    """Log what a valid form says, once, and remember where it was heard. Raises what `insights.capture.log` raises.

    The key holds the words, too: whoever goes back in the browser and writes something else has said something else.
    """
    saved = log_once(
        person=person,
        key=form.key,
        sent=FROM_A_PAGE,
        setting=form.setting,
        voices=[form.voice],
        status=Status.SUBMITTED if status == Status.SUBMITTED else Status.DRAFT,
        audiences=list(form.cleaned_data["audiences"]),
        **form.said,
    )
    if saved.new:
        remember(person=person, setting=form.setting, place=form.voice.place)
    return saved


def starting_with(person: User, *, bedside: bool) -> dict[str, Any]:
    """Return what the form starts from: where the person logged last, else their only programme; no need of consent."""
    start: dict[str, Any] = {"consent": Consent.NOT_NEEDED}
    if bedside:
        start["source_kind"] = SourceKind.COORDINATOR
    if last := remembered(person=person):
        activity = last.learning_activity
        return start | {
            "programme": str(last.programme.id),
            "place": last.place,
            "learning_activity": str(activity.id) if activity else "",
        }
    programmes = [str(id) for id in reading.programmes_to_log_in(person).values_list("id", flat=True)[:2]]
    return start | {"programme": programmes[0] if len(programmes) == 1 else None}


def after_saving(insight: Insight, *, bedside: bool) -> str:
    """Return the page that comes after an insight was saved."""
    if bedside:
        return f"{reverse('web:bedside')}?saved={insight.id}"
    return reverse("web:logged", args=[insight.id])
