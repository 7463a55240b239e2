"""Role × object × status × verb, on every address, as the API answers it.

Each line is a verb, a status, and what each role gets. 404 hides what one may not open, 403 refuses what one may
open, 409 says that the life-cycle has no such move.
"""

from __future__ import annotations

import pytest

from accounts.models import Role
from casestudies.lifecycle import MOVE_NAMES
from insights.flagging import rewrite
from insights.models import Insight
from tests.api.conftest import Caller
from tests.factories import (
    AudienceFactory,
    CaseStudyFactory,
    InsightFactory,
    LearningActivityFactory,
    MembershipFactory,
    ProgrammeFactory,
    TagFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# Outsiders and team members alike are contributors; the team viewer is a viewer who is a member of the programme.
ROLES = ("anonymous", "viewer", "outsider", "member", "team viewer", "analyst", "curator", "admin")

INSIGHTS = """
    verb      status     anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    read      draft            404     404       404     200          200      404      200    200
    read      submitted        404     404       404     200          200      404      200    200
    read      published        200     200       200     200          200      200      200    200
    read      declined         404     404       404     200          200      404      200    200
    read      withdrawn        404     404       404     200          200      404      200    200

    edit      draft            401     404       404     200          403      404      200    200
    edit      submitted        401     404       404     200          403      404      200    200
    edit      published        401     403       403     403          403      403      200    200
    edit      declined         401     404       404     403          403      404      403    403
    edit      withdrawn        401     404       404     403          403      404      403    403

    submit    draft            401     404       404     200          403      404      200    200
    submit    submitted        401     404       404     409          409      404      409    409
    submit    published        401     409       409     409          409      409      409    409
    submit    declined         401     404       404     409          409      404      409    409
    submit    withdrawn        401     404       404     409          409      404      409    409

    publish   draft            401     404       404     409          409      404      409    409
    publish   submitted        401     404       404     403          403      404      200    200
    publish   published        401     409       409     409          409      409      409    409
    publish   declined         401     404       404     409          409      404      409    409
    publish   withdrawn        401     404       404     409          409      404      409    409

    decline   draft            401     404       404     409          409      404      409    409
    decline   submitted        401     404       404     403          403      404      200    200
    decline   published        401     409       409     409          409      409      409    409
    decline   declined         401     404       404     409          409      404      409    409
    decline   withdrawn        401     404       404     409          409      404      409    409

    withdraw  draft            401     404       404     200          403      404      200    200
    withdraw  submitted        401     404       404     200          403      404      200    200
    withdraw  published        401     403       403     403          403      403      200    200
    withdraw  declined         401     404       404     409          409      404      409    409
    withdraw  withdrawn        401     404       404     409          409      404      409    409

    reopen    draft            401     404       404     409          409      404      409    409
    reopen    submitted        401     404       404     409          409      404      409    409
    reopen    published        401     409       409     409          409      409      409    409
    reopen    declined         401     404       404     200          403      404      200    200
    reopen    withdrawn        401     404       404     200          403      404      200    200

    habit     draft            401     404       404     200          403      404      200    200
    habit     submitted        401     404       404     200          403      404      200    200
    habit     published        401     403       403     200          403      403      200    200
    habit     declined         401     404       404     200          403      404      200    200
    habit     withdrawn        401     404       404     200          403      404      200    200

    theme     draft            401     404       404     200          403      404      200    200
    theme     published        401     403       403     200          403      403      200    200

    voice     draft            401     404       404     200          403      404      200    200
    voice     submitted        401     404       404     200          403      404      200    200
    voice     published        401     403       200     200          403      403      200    200
    voice     declined         401     404       404     403          403      404      403    403
    voice     withdrawn        401     404       404     403          403      404      403    403

    restore   draft            401     404       404     200          403      404      200    200
    restore   submitted        401     404       404     200          403      404      200    200
    restore   published        401     403       403     403          403      403      200    200
    restore   declined         401     404       404     403          403      404      403    403
    restore   withdrawn        401     404       404     403          403      404      403    403

    comment   draft            401     404       404     201          403      404      201    201
    comment   submitted        401     404       404     201          403      404      201    201
    comment   published        401     403       403     201          403      403      201    201
    comment   declined         401     404       404     201          403      404      201    201
    comment   withdrawn        401     404       404     201          403      404      201    201

    comments  draft            404     404       404     200          200      404      200    200
    comments  published        403     403       403     200          200      403      200    200

    history   draft            404     404       404     200          200      404      200    200
    history   published        200     200       200     200          200      200      200    200

    erase     draft            401     404       404     403          403      404      403    200
    erase     submitted        401     404       404     403          403      404      403    200
    erase     published        401     403       403     403          403      403      403    200
    erase     declined         401     404       404     403          403      404      403    200
    erase     withdrawn        401     404       404     403          403      404      403    200

    put       draft            401     405       405     405          405      405      405    405
    put       published        401     405       405     405          405      405      405    405
    delete    draft            401     405       405     405          405      405      405    405
    delete    published        401     405       405     405          405      405      405    405

    log       draft            401     403       403     201          403      403      201    201
    log       submitted        401     403       403     201          403      403      201    201
    log       published        401     400       400     400          400      400      400    400
"""
# The same where one of the voices withholds consent: words stay with the programme's own team.
WITHHELD = """
    verb      status     anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    read      draft            404     404       404     200          200      404      404    404
    read      published        404     404       404     200          200      404      404    404
    edit      draft            401     404       404     200          403      404      404    404
    edit      published        401     404       404     403          403      404      404    404
    submit    draft            401     404       404     200          403      404      404    404
    publish   submitted        401     404       404     403          403      404      404    404
    withdraw  published        401     404       404     403          403      404      404    404
    habit     published        401     404       404     200          403      404      404    404
    theme     published        401     404       404     200          403      404      404    404
    voice     published        401     404       404     200          403      404      404    404
    restore   draft            401     404       404     200          403      404      404    404
    comment   published        401     404       404     201          403      404      404    404
    comments  published        404     404       404     200          200      404      404    404
    history   published        404     404       404     200          200      404      404    404
    erase     published        401     404       404     403          403      404      404    200
    log       draft            401     403       403     201          403      403      403    403
"""
# The same where the words hold something that may tell who somebody is, and nobody has settled it yet.
FLAGGED = """
    verb             status     anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    read             draft            404     404       404     200          200      404      200    200
    read             published        404     404       404     200          200      404      200    200
    edit             published        401     404       404     403          403      404      200    200
    publish          submitted        401     404       404     403          403      404      409    409
    submit           draft            401     404       404     200          403      404      200    200
    withdraw         published        401     404       404     403          403      404      200    200
    habit            published        401     404       404     200          403      404      200    200
    voice            published        401     404       404     200          403      404      200    200
    redact           draft            401     404       404     200          403      404      200    200
    redact           published        401     404       404     403          403      404      200    200
    redact           withdrawn        401     404       404     403          403      404      403    403
    redact-all       draft            401     404       404     200          403      404      200    200
    redact-all       published        401     404       404     403          403      404      200    200
    not-identifying  draft            401     404       404     403          403      404      200    200
    not-identifying  submitted        401     404       404     403          403      404      200    200
    not-identifying  published        401     404       404     403          403      404      200    200
    not-identifying  withdrawn        401     404       404     403          403      404      200    200
"""
CASE_STUDIES = """
    verb      status     anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    read      draft            404     404       404     200          200      404      200    200
    read      submitted        404     404       404     200          200      404      200    200
    read      published        200     200       200     200          200      200      200    200
    read      declined         404     404       404     200          200      404      200    200
    read      withdrawn        404     404       404     200          200      404      200    200
    write     published        401     405       405     405          405      405      405    405
"""
# Themes belong to no programme: whoever may curate may do so to all of them.
THEMES = """
    verb      status     anonymous  viewer  outsider  member  team viewer  analyst  curator  admin

    create    -                401     403       403     403          403      403      201    201
    change    -                401     403       403     403          403      403      200    200
    merge     -                401     403       403     403          403      403      200    200
    split     -                401     403       403     403          403      403      201    201
    retire    -                401     403       403     403          403      403      204    204
"""
# What is not about one insight or one case study: reading is the same for all, and there is nothing to write.
OPEN_TO_READERS = (
    "",
    "insights/",
    "case-studies/",
    "programmes/",
    "organisations/",
    "learning-activities/",
    "habits/",
    "themes/",
    "audiences/",
    "programmes/{programme}/",
    "organisations/{organisation}/",
    "learning-activities/{activity}/",
    "habits/culture/",
    "themes/visiting/",
    "audiences/leaders/",
    "schema/",
)

Line = tuple[str, str, dict[str, int]]


def lines(table: str) -> list[Line]:
    """Read a table: verb, status, and a code for each role."""
    rows = [line.split() for line in table.splitlines() if line.strip()]
    return [(verb, status, dict(zip(ROLES, map(int, codes), strict=True))) for verb, status, *codes in rows[1:]]


def named(line: Line) -> str:
    return f"{line[0]}-{line[1]}"


@pytest.fixture
def callers(programme) -> dict[str, Caller]:
    """One of each role."""

    def member(role: str) -> Caller:
        return Caller(MembershipFactory(programme=programme, role=role, user__role=role).user)

    def person(role: str) -> Caller:
        return Caller(UserFactory(role=role))

    return {
        "anonymous": Caller(),
        "viewer": person(Role.VIEWER),
        "outsider": person(Role.CONTRIBUTOR),
        "member": member(Role.CONTRIBUTOR),
        "team viewer": member(Role.VIEWER),
        "analyst": person(Role.ANALYST),
        "curator": person(Role.CURATOR),
        "admin": person(Role.ADMIN),
    }


def ask(caller: Caller, verb: str, insight: Insight, consent: str = "not-needed") -> int:
    """Do one thing with an insight, and return what came of it."""
    address = f"insights/{insight.id}/"
    said = {"text": "Nobody answers.", "kind": "finding", "source": {"kind": "staff", "consent": consent}}
    match verb:
        case "read":
            answer = caller.get(address)
        case "edit":
            answer = caller.patch(address, {"title": "Another title"})
        case "put" | "delete":
            answer = caller(verb, address)
        case "habit":
            answer = caller.put(f"{address}habits/culture/", {"state": "confirmed"})
        case "theme":
            answer = caller.put(f"{address}themes/visiting/", {"state": "rejected"})
        case "restore":
            Insight.objects.filter(id=insight.id).update(title="Another title")
            answer = caller.post(f"{address}restore/", {"version": 1})
        case "comment":
            answer = caller.post(f"{address}comments/", {"text": "Which ward was it?"})
        case "comments" | "history":
            answer = caller.get(f"{address}{verb}/")
        case "voice":
            answer = caller.post(f"{address}voices/", {"kind": "staff"})
        case "redact-all":
            answer = caller.post(f"{address}flags/redact/")
        case "redact" | "not-identifying":
            answer = caller.post(f"{address}flags/{insight.flags.get(state='open').id}/{verb}/")
        case "log":
            programme = str(insight.programme_id)
            answer = caller.post("insights/", {**said, "programme": programme, "status": insight.status})
        case _:
            reasoned = verb in ("decline", "erase")
            answer = caller.post(f"{address}{verb}/", {"reason": "Said elsewhere."} if reasoned else {})
    return answer.status_code


@pytest.mark.parametrize("line", lines(INSIGHTS), ids=named)
def test_each_role_gets_its_answer_about_an_insight(callers, programme, line):
    verb, status, expected = line
    ThemeFactory(slug="visiting")
    got = {
        role: ask(caller, verb, InsightFactory(programme=programme, status=status)) for role, caller in callers.items()
    }
    assert got == expected


@pytest.mark.parametrize("line", lines(FLAGGED), ids=named)
def test_each_role_gets_its_answer_about_words_that_may_tell_who_somebody_is(callers, programme, line):
    verb, status, expected = line
    got = {}
    for role, caller in callers.items():
        insight = InsightFactory(programme=programme, status=status, text="Nurse Sarah Jones said that it is slow.")
        rewrite([insight.id])
        got[role] = ask(caller, verb, insight)
    assert got == expected


@pytest.mark.parametrize("line", lines(WITHHELD), ids=named)
def test_each_role_gets_its_answer_about_withheld_words(callers, programme, line):
    verb, status, expected = line
    ThemeFactory(slug="visiting")
    got = {}
    for role, caller in callers.items():
        insight = InsightFactory(programme=programme, status=status, source__consent="withheld")
        got[role] = ask(caller, verb, insight, "withheld")
    assert got == expected


@pytest.mark.parametrize("line", [line for line in lines(INSIGHTS) if line[0] == "read"], ids=named)
def test_a_list_holds_for_each_role_what_it_may_read_and_nothing_else(callers, programme, line):
    _, status, expected = line
    InsightFactory(programme=programme, status=status)
    got = {role: len(caller.get("insights/").json()["results"]) for role, caller in callers.items()}
    assert got == {role: int(code == 200) for role, code in expected.items()}


@pytest.mark.parametrize("line", lines(CASE_STUDIES), ids=named)
def test_each_role_gets_its_answer_about_a_case_study(callers, programme, line):
    verb, status, expected = line
    case_study = CaseStudyFactory(programme=programme, status=status)
    for key in (case_study.id, case_study.slug):
        address = f"case-studies/{key}/"
        got = {
            role: (caller.get(address) if verb == "read" else caller.patch(address, {})).status_code
            for role, caller in callers.items()
        }
        assert got == expected


@pytest.fixture
def everything(programme) -> dict[str, str]:
    """One of each thing that there is an address for."""
    ThemeFactory(slug="visiting")
    AudienceFactory(slug="leaders")
    return {
        "programme": programme.slug,
        "organisation": programme.lead.slug,
        "activity": str(LearningActivityFactory(programme=programme).id),
    }


@pytest.mark.parametrize("address", OPEN_TO_READERS)
def test_what_is_open_to_readers_is_open_to_each_role_alike(callers, everything, address):
    assert {caller.get(address.format(**everything)).status_code for caller in callers.values()} == {200}


def ask_of_themes(caller: Caller, verb: str) -> int:
    """Do one thing with a theme of its own, and return what came of it."""
    theme, other = ThemeFactory(), ThemeFactory()
    words = {"name": f"Visiting {theme.slug}", "definition": "Who may come, and when."}
    texts = ["She may come at two.", "No visits after six.", "Open visiting."]
    address = f"themes/{theme.slug}/"
    match verb:
        case "create":
            return caller.post("themes/", {**words, "examples": texts}).status_code
        case "change":
            return caller.patch(address, {"name": words["name"]}).status_code
        case "merge":
            return caller.post(f"{address}merge/", {"into": other.slug}).status_code
        case "split":
            insight = TagFactory(code=theme).insight
            said = {**words, "insights": [str(insight.id)], "examples": texts}
            return caller.post(f"{address}split/", said).status_code
        case _:
            return caller.post(f"{address}retire/").status_code


@pytest.mark.parametrize("line", lines(THEMES), ids=named)
def test_each_role_gets_its_answer_about_a_theme(callers, line):
    verb, _, expected = line
    assert {role: ask_of_themes(caller, verb) for role, caller in callers.items()} == expected


WRITABLE = ("insights/", "themes/", "themes/visiting/")


@pytest.mark.parametrize("address", [address for address in OPEN_TO_READERS if address not in WRITABLE])
def test_there_is_nothing_to_write_there(callers, everything, address):
    for method in ("post", "put", "patch", "delete"):
        got = {role: caller(method, address.format(**everything)).status_code for role, caller in callers.items()}
        assert got == {role: 401 if role == "anonymous" else 405 for role in ROLES}, method


@pytest.mark.parametrize("address", [*OPEN_TO_READERS, "docs/", "case-studies/{case_study}/", "insights/{insight}/"])
def test_without_anonymous_reading_every_address_asks_who_is_there(callers, everything, settings, address):
    settings.ANONYMOUS_READING = False
    everything["case_study"] = CaseStudyFactory().slug
    everything["insight"] = str(InsightFactory().id)
    got = {role: caller.get(address.format(**everything)).status_code for role, caller in callers.items()}
    if address != "docs/":
        assert got == {role: 401 if role == "anonymous" else 200 for role in ROLES}
    assert got["anonymous"] == 401


def test_someone_who_has_left_may_do_nothing_any_more(callers, programme):
    for role, caller in callers.items():
        if role != "anonymous":
            caller.person.is_active = False
            caller.person.save()
            assert caller.get("insights/").status_code == 401


def test_these_tables_leave_out_no_verb_and_no_address():
    from api.urls import v1

    verbs = {verb for verb, _, _ in lines(INSIGHTS)}
    assert set(MOVE_NAMES) <= verbs
    names = {str(route.name) for route in v1}
    assert {name for name in names if name.startswith("insight-")} == {
        *(f"insight-{name}" for name in MOVE_NAMES),
        "insight-habit",
        "insight-redact",
        "insight-theme",
        "insight-voices",
        "insight-comments",
        "insight-erase",
        "insight-history",
        "insight-restore",
    }
    lists = {address.rstrip("/") for address in OPEN_TO_READERS if address.count("/") == 1}
    ones = {f"{address.split('/')[0]}-one" for address in OPEN_TO_READERS if address.count("/") == 2}
    moves = {name for name in names if name.startswith("insight-")}
    themes = {name for name in names if name.startswith("theme-")}
    assert themes == {f"theme-{verb}" for verb, _, _ in lines(THEMES) if verb not in ("create", "change")}
    # The curator's desk has a table of its own (tests/api/test_review.py).
    flags = {name for name in names if name.startswith("flag-")}
    assert flags == {f"flag-{verb}" for verb, _, _ in lines(FLAGGED) if verb in ("redact", "not-identifying")}
    desk = {name for name in names if name.partition("-")[0] in ("review", "agreement")}
    # So have imports (tests/api/test_imports.py).
    desk |= {name for name in names if name.startswith("import")}
    # And so have reports (tests/api/test_reports.py).
    cut = {name for name in names if name.partition("-")[0] in ("report", "reports")}
    assert names - moves - themes - flags - desk - cut == lists | ones | {
        "index",
        "docs",
        "insight",
        "notices",
        "notices-read",
        # For whoever has the code: tests/api/test_answered.py.
        "receipt",
        "similar",
        "tagger",
        "case-studies-one",
    }


def test_a_contributor_of_one_programme_is_an_outsider_in_another(contributor):
    insight = InsightFactory(programme=ProgrammeFactory(), status="draft")
    assert contributor.get(f"insights/{insight.id}/").status_code == 404
