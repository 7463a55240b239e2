"""Who may do what: the whole table of role × object × status × verb, written out, and the questions asked of it."""

from __future__ import annotations

import itertools

import pytest

from casestudies.lifecycle import Status
from casestudies.permissions import RULES, allowed, may, may_on_site, programmes_open_to, reach
from casestudies.reading import (
    audiences,
    case_studies,
    learning_activities,
    organisations,
    programmes,
    programmes_to_log_in,
    reads_the_site,
)
from casestudies.standing import Standing
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    LearningActivityFactory,
    MembershipFactory,
    ProgrammeFactory,
    UserFactory,
)

STATUSES = ["draft", "submitted", "published", "declined", "withdrawn"]
READERS = "anyone viewer contributor analyst curator admin pviewer pcontributor panalyst pcurator"
TEAM = "pviewer pcontributor panalyst pcurator"
CURATORS = "curator admin pcurator"
WRITERS = "curator admin pcurator pcontributor"
MANAGERS = "admin pcurator"
MEMBERS = "admin pviewer pcontributor panalyst pcurator"
LOGGERS = "contributor curator admin pcurator pcontributor elsewhere"
INSIDERS = "curator admin pviewer pcontributor panalyst pcurator"
# verb × object → status → who. A status that is not named: nobody.
SPOKEN: dict[tuple[str, str], dict[str, str]] = {
    ("read", "insight"): {
        "draft": INSIDERS,
        "submitted": INSIDERS,
        "published": READERS,
        "declined": INSIDERS,
        "withdrawn": INSIDERS,
    },
    ("read", "withheld words"): dict.fromkeys(STATUSES, TEAM),
    ("read", "flagged words"): dict.fromkeys(STATUSES, INSIDERS),
    ("read", "case study"): {
        "draft": INSIDERS,
        "submitted": INSIDERS,
        "published": READERS,
        "declined": INSIDERS,
        "withdrawn": INSIDERS,
    },
    ("read", "programme"): dict.fromkeys(STATUSES, READERS),
    ("read", "rejected tag"): dict.fromkeys(STATUSES, WRITERS),
    ("read", "earlier version"): dict.fromkeys(STATUSES, INSIDERS),
    ("read", "comment"): dict.fromkeys(STATUSES, INSIDERS),
    ("comment", "insight"): dict.fromkeys(STATUSES, WRITERS),
    ("erase", "insight"): dict.fromkeys(STATUSES, "admin"),
    ("log", "insight"): {"draft": WRITERS, "submitted": WRITERS},
    ("read", "report"): {"draft": WRITERS},
    ("import", "insight"): {"draft": WRITERS, "submitted": WRITERS},
    ("edit", "insight"): {"draft": WRITERS, "submitted": WRITERS, "published": CURATORS},
    ("add voice", "insight"): {"draft": WRITERS, "submitted": WRITERS, "published": LOGGERS},
    ("clear", "flag"): dict.fromkeys(STATUSES, CURATORS),
    ("merge", "insight"): dict.fromkeys(STATUSES, CURATORS),
    ("decide", "tag"): dict.fromkeys(STATUSES, WRITERS),
    ("teach", "tag"): dict.fromkeys(STATUSES, CURATORS),
    ("curate", "theme"): dict.fromkeys(STATUSES, "curator admin"),
    ("read", "member"): dict.fromkeys(STATUSES, MEMBERS),
    ("invite", "member"): dict.fromkeys(STATUSES, MANAGERS),
    ("change", "member"): dict.fromkeys(STATUSES, MANAGERS),
    ("remove", "member"): dict.fromkeys(STATUSES, MANAGERS),
    ("leave", "programme"): dict.fromkeys(STATUSES, TEAM),
    ("submit", "insight"): {"draft": WRITERS},
    ("publish", "insight"): {"submitted": CURATORS},
    ("decline", "insight"): {"submitted": CURATORS},
    ("withdraw", "insight"): {"draft": WRITERS, "submitted": WRITERS, "published": CURATORS},
    ("reopen", "insight"): {"declined": WRITERS, "withdrawn": WRITERS},
}
SHORT = {
    "pviewer": Standing.TEAM_VIEWER,
    "pcontributor": Standing.TEAM_CONTRIBUTOR,
    "panalyst": Standing.TEAM_ANALYST,
    "pcurator": Standing.TEAM_CURATOR,
    "elsewhere": Standing.WRITER_ELSEWHERE,
}


def spoken(verb: str, object: str, status: str, standing: Standing) -> bool:
    who = SPOKEN.get((verb, object), {}).get(status, "").split()
    return standing in {SHORT.get(one) or Standing(one) for one in who}


VERBS = sorted({verb for verb, _ in SPOKEN} | {rule.verb for rule in RULES} | {"delete"})
OBJECTS = sorted({object for _, object in SPOKEN} | {rule.object for rule in RULES} | {"organisation"})


@pytest.mark.parametrize(("verb", "object"), list(itertools.product(VERBS, OBJECTS)))
def test_the_table_says_this_for_every_status_and_standing(verb, object):
    for status, standing in itertools.product(STATUSES, Standing):
        assert allowed(verb=verb, object=object, status=status, standings={standing}) == spoken(
            verb, object, status, standing
        ), f"{standing} {verb} {object} while {status}"


def test_whoever_stands_nowhere_may_nothing():
    assert not any(
        allowed(verb=verb, object=object, status=status, standings=())
        for verb, object, status in itertools.product(VERBS, OBJECTS, STATUSES)
    )


ROLES = ["viewer", "contributor", "analyst", "curator", "admin"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *ROLES])
def test_what_belongs_to_no_programme_is_done_by_site_role_alone(role):
    person = UserFactory(role=role) if role else None
    if person:
        MembershipFactory(user=person, role="curator")
    assert may_on_site(person, "curate", "theme") == (role in ("curator", "admin"))


@pytest.mark.django_db
class TestQuestions:
    @pytest.mark.parametrize(("role", "member"), [(None, None), *itertools.product(ROLES, [None, *ROLES])])
    def test_a_person_holds_their_site_role_everywhere_and_their_membership_in_its_programme(
        self, role, member, settings
    ):
        """Every role × membership × object × status × verb, here and elsewhere, withheld or not."""
        settings.ANONYMOUS_READING = False
        here, elsewhere = ProgrammeFactory.create_batch(2)
        person = UserFactory(role=role) if role else None
        if member:
            MembershipFactory(user=person, programme=here, role=member)
        site = {Standing(role)} if role else set()
        inside = {SHORT["p" + member.replace("admin", "curator")]} if member else set()
        writes = {Standing.WRITER_ELSEWHERE} if member in ("contributor", "curator", "admin") else set()
        for (verb, object), status in itertools.product(SPOKEN, STATUSES):
            for place, standings in ((here, site | inside), (elsewhere, site | writes)):
                expected = any(spoken(verb, object, status, one) for one in standings)
                asked = {"programme_id": place.id, "status": status}
                assert may(person, verb, object, **asked) == expected, (verb, object, status, place)
                sees = any(spoken("read", "withheld words", status, one) for one in standings)
                assert may(person, verb, object, withheld=True, **asked) == (expected and sees)

    def test_a_curator_of_the_site_sees_withheld_words_only_as_a_member(self):
        here, elsewhere = ProgrammeFactory.create_batch(2)
        curator = UserFactory(role="curator")
        MembershipFactory(user=curator, programme=here, role="viewer")
        asked = {"status": "published", "withheld": True}
        assert may(curator, "read", "insight", programme_id=here.id, **asked)
        assert not may(curator, "read", "insight", programme_id=elsewhere.id, **asked)
        assert reach(curator, "insight").withheld == {here.id}

    @pytest.mark.parametrize("open_to_all", [True, False])
    def test_who_has_not_signed_in_reads_what_is_published_if_the_site_is_open(self, open_to_all, settings):
        settings.ANONYMOUS_READING = open_to_all
        CaseStudyFactory()
        assert reads_the_site(None) == open_to_all
        assert reach(None, "insight").everywhere == ({"published"} if open_to_all else set())
        LearningActivityFactory()
        AudienceFactory()
        for listing in (programmes, organisations, case_studies, learning_activities, audiences):
            assert listing(None).exists() == open_to_all, listing

    def test_someone_who_left_is_a_stranger_wherever_they_worked(self, settings):
        settings.ANONYMOUS_READING = False
        member = MembershipFactory(role="curator", user__role="curator", user__is_active=False)
        left, place = member.user, member.programme.id
        assert not may(left, "read", "insight", programme_id=place, status="published")
        assert reach(left, "insight") == reach(None, "insight")
        assert programmes_open_to(left, "log", "insight", status="draft") == []
        assert not programmes_to_log_in(left).exists()

    def test_reach_tells_what_may_tells(self, settings):
        settings.ANONYMOUS_READING = False
        places = ProgrammeFactory.create_batch(2)
        for role, member in itertools.product(ROLES, [None, *ROLES]):
            person = UserFactory(role=role)
            if member:
                MembershipFactory(user=person, programme=places[0], role=member)
            for object in ("insight", "case study"):
                told = reach(person, object)
                for place, status in itertools.product(places, STATUSES):
                    expected = status in told.inside.get(place.id, told.everywhere)
                    assert may(person, "read", object, programme_id=place.id, status=status) == expected
                    assert (place.id in told.withheld) == may(
                        person, "read", "withheld words", programme_id=place.id, status=status
                    )

    def test_a_contributor_logs_in_their_own_programmes_and_a_curator_in_all(self):
        own, _ = ProgrammeFactory.create_batch(2)
        contributor = MembershipFactory(programme=own).user
        reader = MembershipFactory(programme=own, role="viewer").user
        assert list(programmes_to_log_in(contributor)) == [own]
        assert programmes_to_log_in(UserFactory(role="curator")).count() == 2
        assert not programmes_to_log_in(reader).exists()

    @pytest.mark.parametrize("status", STATUSES)
    def test_case_studies_are_listed_to_whom_they_are_open(self, status, settings):
        settings.ANONYMOUS_READING = True
        case_study = CaseStudyFactory(status=status)
        member = MembershipFactory(programme=case_study.programme, role="viewer").user
        other = MembershipFactory(role="curator").user
        for person in (None, UserFactory(), UserFactory(role="curator"), member, other):
            assert (case_study in case_studies(person)) == may(
                person, "read", "case study", programme_id=case_study.programme_id, status=status
            )


def test_the_statuses_spoken_of_here_are_those_there_are():
    assert [status.value for status in Status] == STATUSES
