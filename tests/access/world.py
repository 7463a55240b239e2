"""Someone of each role, one of each thing there is an address for, and what is sent to each address."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, Role, User
from casestudies.lifecycle import MOVE_NAMES, Status
from insights.flagging import rewrite
from insights.models import Flag, Insight
from lhs.codebooks import ensure_habits
from tests.factories import (
    AudienceFactory,
    BulkFactory,
    CandidateFactory,
    CaseStudyFactory,
    ImportFactory,
    InsightFactory,
    InvitationFactory,
    LearningActivityFactory,
    MembershipFactory,
    MergeFactory,
    NoticeFactory,
    ProgrammeFactory,
    ReportFactory,
    SampleFactory,
    ThemeFactory,
    TurnFactory,
    UserFactory,
    token_of,
)

INVITED = "a-token-that-somebody-was-sent"
WITHHELD = ", withheld"
# An insight at each status; withheld words where readers would come nearest to them.
STATES = (*(status.value for status in Status), f"published{WITHHELD}")


@dataclass
class Caller:
    """Someone who asks: a browser they are signed in with, and a token's header for the API."""

    person: User | None
    client: Client = field(default_factory=Client)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.person is None:
            return
        self.client.force_login(self.person)
        self.headers = {"Authorization": f"Token {token_of(self.person)}"}
        # So that its use need not be noted: what an address writes is what is looked at.
        AccessToken.objects.filter(user=self.person).update(last_used=timezone.now())


def callers(programme: Any) -> dict[str, Caller]:
    """Someone of each role on the site, in the programme (`own …`) and in another one (`… elsewhere`)."""
    elsewhere = ProgrammeFactory(slug="elsewhere")

    def inside(where: Any, role: str) -> Caller:
        return Caller(MembershipFactory(programme=where, role=role).user)

    return {
        "anonymous": Caller(None),
        **{role.value: Caller(UserFactory(role=role)) for role in Role},
        **{f"own {role.value}": inside(programme, role) for role in Role if role != Role.ADMIN},
        "contributor elsewhere": inside(elsewhere, Role.CONTRIBUTOR),
        "curator elsewhere": inside(elsewhere, Role.CURATOR),
    }


class World:
    """One of each thing, all of them in the programme `ward-learning`."""

    def __init__(self) -> None:
        self.programme = programme = ProgrammeFactory(slug="ward-learning")
        self.callers = callers(programme)
        ensure_habits()
        ThemeFactory(slug="visiting")
        ThemeFactory(slug="parking")
        AudienceFactory(slug="leaders")
        self.insights = {state: self._insight(state) for state in STATES}
        self.studies = {status: CaseStudyFactory(programme=programme, status=status) for status in Status}
        self.member = MembershipFactory(programme=programme)
        self.invitation = InvitationFactory(
            programme=programme, digest=hashlib.sha256(INVITED.encode()).hexdigest(), email="invited@example.org"
        )
        self.activity = LearningActivityFactory(programme=programme)
        self.merge = MergeFactory(
            kept=self.insights["published"],
            gone=InsightFactory(programme=programme, status=Status.WITHDRAWN, published_at=timezone.now()),
        )
        self.passkey = Authenticator.objects.create(
            user=self.member.user, type="webauthn", data={"name": "phone", "credential": {}}
        )
        # How many rows were written in this transaction so far, what was taken back included.
        self.written = -1
        self.turn, self.bulk, self.sample = TurnFactory(), BulkFactory(), SampleFactory()
        self.other = InsightFactory(programme=programme)
        said = self.insights["draft"]
        Insight.objects.filter(id=said.id).update(text="Nurse Sarah Jones stayed an hour longer.")
        rewrite([said.id])
        self.flag = Flag.objects.get(insight=said)
        self.report = ReportFactory(programme=programme)
        self.candidate = CandidateFactory(report=self.report)
        self.brought = ImportFactory(programme=programme, state="checked")
        self.notice = NoticeFactory(person=self.member.user, insight=self.insights["published"])

    def _insight(self, state: str) -> Insight:
        status, _, withheld = state.partition(WITHHELD[:1])
        consent = {"source__consent": "withheld"} if withheld else {}
        return InsightFactory(programme=self.programme, status=status, **consent)

    def variants(self, name: str, route: str) -> dict[str, dict[str, Any]]:
        """The things to ask for at an address: state → its parameters. `""` is an address of no such thing."""
        if "insight_id" in route:
            return {state: self._with(insight_id=one.id) for state, one in self.insights.items()}
        if "case_study_id" in route:
            return {status.value: self._with(case_study_id=one.id) for status, one in self.studies.items()}
        if name == "web:case-study" or name == "api:case-studies-one":
            return {status.value: self._with(slug=one.slug, key=one.slug) for status, one in self.studies.items()}
        if name.startswith(("web:theme", "api:theme-")) or name.endswith("-theme"):
            return {"": self._with(slug="visiting", key="visiting")}
        return {"": self._with(key=self._key(name))}

    def _key(self, name: str) -> str:
        return {
            "api:programmes-one": self.programme.slug,
            "api:organisations-one": self.programme.lead.slug,
            "api:learning-activities-one": str(self.activity.id),
            "api:habits-one": "culture",
            "api:themes-one": "visiting",
            "api:audiences-one": "leaders",
        }.get(name, "x")

    def _with(self, **said: Any) -> dict[str, Any]:
        return {
            "slug": self.programme.slug,
            "member_id": self.member.id,
            "invitation_id": self.invitation.id,
            "sample_id": self.sample.id,
            "turn_id": self.turn.id,
            "bulk_id": self.bulk.id,
            "token": INVITED,
            "provider_id": "oidc",
            "pk": self.passkey.pk,
            "report_id": self.report.id,
            "import_id": self.brought.id,
            "notice_id": self.notice.id,
            "format": "csv",
            "number": 1,
            "flag_id": self.flag.id,
            **said,
        }

    def bodies(self, caller: Caller, state: str) -> dict[str, dict[str, Any]]:
        """What is sent to an address, so that whoever may do it there does it; nothing, where nothing is needed."""
        said = {"text": "Nobody answers the telephone.", "kind": "finding"}
        theme = {"name": "Lifts", "definition": "How long one waits for a lift."}
        examples = ["The lift is slow.", "Porters wait at noon.", "One of two lifts is out of use."]
        own = AccessToken.objects.filter(user=caller.person).first() if caller.person else None
        at_hand = self.insights.get(state, self.other)
        first, second = self.insights["published"].id, self.other.id
        return {
            "web:log": {**said, "source_kind": "staff", "programme": str(self.programme.id), "status": "draft"},
            "web:edit": {
                **{**said, "source_kind": "staff", "programme": str(self.programme.id)},
                "seen": at_hand.modified.isoformat(),
            },
            "web:me-too": {"kind": "staff", "on": str(datetime.date.today())},
            "web:add-tag": {"tag": "habits/culture"},
            "web:decide-habits": {"state": "confirmed"},
            "web:decide-themes": {"state": "rejected"},
            "web:move": {"reason": "Said elsewhere."},
            "web:merge": {"kept": str(first), "gone": str(second)},
            "web:keep-apart": {"first": str(first), "second": str(second)},
            "web:undo-merge": {"merge": str(self.merge.id)},
            "web:undo-bulk": {"bulk": str(self.bulk.id)},
            "web:agreement": {"name": "Spring", "size": "1"},
            "web:tokens": {"name": "walk", "scope": "read", "lasts": "30"},
            "web:revoke-token": {"token": own.digest if own else "none"},
            "web:sessions": {"which": "others"},
            "web:invite": {"email": "new@example.org", "role": "viewer"},
            "web:change-role": {"role": "analyst"},
            "web:comment": {"text": "Which ward was it?"},
            "web:erase": {"reason": "A patient asked for it.", "confirm": "yes"},
            "web:take-report": {"name": "Winter review", "text": "# Findings\n\n- Porters wait for the lift at noon."},
            "web:change-theme": {"name": "Visitors", "definition": "Who may come, and when."},
            "web:new-theme": {**theme, "examples": "\n".join(examples)},
            "web:merge-theme": {"into": "parking"},
            "web:split-theme": {**theme, "examples": "\n".join(examples), "insights": [str(self.other.id)]},
            "web:import": {"file": SimpleUploadedFile("last-year.csv", b"Ref,Insight\n1,Porters wait at noon.\n")},
            "api:insight-comments": {"text": "Which ward was it?"},
            "api:insight-erase": {"reason": "A patient asked for it."},
            "api:insight-restore": {"version": 1},
            "api:themes": {**theme, "examples": examples},
            "api:themes-one": {"definition": "Who may come, and when."},
            "api:theme-merge": {"into": "parking"},
            "api:theme-split": {**theme, "examples": examples, "insights": [str(self.other.id)]},
            "api:report-save": {"new_activity": {"kind": "interview", "name": "Winter review"}},
            "api:reports": {
                "programme": self.programme.slug,
                "name": "Winter",
                "text": "# Findings\n\n- Lifts are slow.",
            },
            "api:notices": {"mail": "daily"},
            "api:insights": {**said, "source": {"kind": "staff"}, "programme": self.programme.slug},
            "api:similar": {"text": "Nobody answers the telephone."},
            "api:insight": {"title": "Another title"},
            "api:insight-decline": {"reason": "Said elsewhere."},
            "api:insight-voices": {"kind": "staff"},
            "api:insight-habit": {"state": "confirmed"},
            "api:insight-theme": {"state": "rejected"},
            "api:review-settle": {"codes": []},
            "api:review-bulk": {"code": "staff", "state": "confirmed", "expected_count": 0},
        }


# Parameters that are words of a list rather than things: the address stands in the table once for each.
CODES = {"web:decide-habits": ["culture"], "web:decide-themes": ["visiting"]}
CODES |= {"api:insight-habit": ["culture"], "api:insight-theme": ["visiting"]}
# A receipt that nobody was given: what a real one tells is held by tests/insights and tests/web.
CODES |= {"web:receipt": ["00000-00000"], "api:receipt": ["00000-00000"]}
MOVES = {"web:move": [*MOVE_NAMES, "no-such-move"]}
