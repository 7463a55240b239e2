"""A researcher pastes a report, looks over what was cut, and saves it as drafts."""

from __future__ import annotations

import pytest

from tests.documents import word
from tests.journeys.steps.researcher import Researcher
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")

PORTERS = "Porters wait for the lift for twenty minutes at noon."
BEDS = "Share one list of free beds between the three hospitals."
FAMILIES = "Families did not know whom to ring after visiting hours."
REPORT = f"""Winter review

1. Background

Beds were short, and the trust asked for a review.

2. Findings

Staff perspectives
- {PORTERS}
- One nurse looks after thirty people at night.

Patient perspectives
- {FAMILIES}
- There was hesitance to change hospital provider.

3. Recommendations

For integrated care systems
- {BEDS}
"""


def test_a_researcher_pastes_a_report_ticks_changes_and_saves(open_window):
    ren = Researcher(open_window("contributor", width=PHONE))
    ren.given_the_form()
    ren.when_they_paste(REPORT, name="Winter review")
    ren.then_it_is_cut("Winter review", ticked=5)
    ren.then_a_candidate_is(PORTERS, kind="finding", perspective="staff")
    ren.then_a_candidate_is(FAMILIES, kind="finding", perspective="patient")
    ren.then_a_candidate_is(BEDS, kind="recommendation", perspective="ways-of-working")
    ren.then_nobody_else_opens_it(open_window("leader"))

    ren.when_they_untick("There was hesitance")
    ren.when_they_write_instead_of("One nurse looks", "At night one nurse looks after thirty people.")
    # The browser is closed and opened again: what was ticked and typed is there.
    ren.when_they_come_back_to("Winter review")
    ren.then_it_is_cut("Winter review", ticked=4)
    ren.when_they_name_a_new_activity("Winter review day", "After-action review")
    ren.when_they_save()
    ren.then_so_many_are_saved("4 drafts")
    ren.then_a_draft_can_be_opened("At night one nurse looks after thirty people.")


def test_a_researcher_sees_what_has_been_said_already_without_leaving_the_page(open_window):
    ren = Researcher(open_window("contributor"))
    ren.given_the_form()
    said = "Staff exhaustion was widespread in some staff groups, and managers tried to protect staff wellbeing."
    ren.when_they_paste(f"Findings\n\n- {PORTERS}\n- {said}\n", name="Second review")
    ren.then_it_is_said_what_was_said_already(said)


def test_without_javascript_a_researcher_uploads_a_document_and_mends_a_fault(open_window):
    ren = Researcher(open_window("contributor", width=PHONE, scripts=False))
    ren.given_the_form()
    ren.when_they_upload(
        "Spring.docx", word(("Heading 1", "Findings"), ("List Bullet", PORTERS), ("List Bullet", BEDS))
    )
    ren.then_it_is_cut("Spring.docx", ticked=2)
    ren.candidate(PORTERS).get_by_label("Text").fill("ab")
    ren.when_they_save()
    ren.then_a_fault_is_named("Piece 1: Write between 3 and 5,000 characters; this has 2.")
    ren.page.get_by_label("Text").first.fill("Porters wait at noon.")
    ren.when_they_save()
    ren.then_so_many_are_saved("2 drafts")
