"""The tagger's page: what it says, what it does not claim, and that every count leads to it."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from lhs.models import Tagger, Training
from tests.factories import (
    CaseStudyFactory,
    DecisionFactory,
    InsightFactory,
    TagFactory,
    TaggerFactory,
    TrainingFactory,
    habit,
)
from tests.insights.audits import audited, sample
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
MAY, JUNE = (datetime.datetime(2026, month, 3, 12, tzinfo=datetime.UTC) for month in (5, 6))


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True
    habit("staff")


@pytest.fixture
def live():
    return TaggerFactory(
        version=3,
        state=Tagger.State.CHAMPION,
        promoted_at=JUNE,
        reason="It was better on what was held out.",
        figures={
            "encoder": "a small encoder",
            "macro_f1": 0.61,
            "interval": [0.55, 0.67],
            "measured_on": "Measured on 80 decisions of people that it never learnt from.",
            "decisions": 412,
            "exemplars": 1200,
            "passages": 1027,
        },
    )


def page(client, address="/tagger/") -> Page:
    return Page.of(client.get(address))


class TestTheEmptyState:
    def test_it_says_plainly_that_there_is_nothing_to_say_yet(self, client):
        words = page(client).words
        assert "No tagger is in use yet, so nothing is suggested." in words
        assert "Not enough yet: 0 of 50 insights audited." in words
        assert words.count("Not enough yet: 0 of 50 audited") == 5
        assert "No insight has been audited yet." in words
        assert "It has not been trained on people's decisions yet." in words
        assert "Every version There is none yet." in words

    def test_it_has_a_title_a_way_back_and_a_link_from_every_page(self, client):
        assert page(client).title.startswith(
            "How the five habits of a learning system are tagged, and how far to trust it"
        )
        assert page(client).links("Home")[0] == "/"
        assert "/tagger/" in page(client, "/accessibility/").links("How far to trust the tagger")

    def test_a_codebook_that_is_none_is_not_there(self, client):
        assert page(client, "/tagger/?codebook=wards%00").status == 404
        assert page(client, "/tagger/?codebook=themes").status == 200


class TestWhatItSays:
    def test_the_version_in_use_is_told_with_since_when_and_what_it_learnt_from(self, client, live):
        words = page(client).words
        assert "Version 3 In use since 3 June 2026" in words
        assert "Why It was better on what was held out." in words
        assert "Reads with a small encoder" in words
        assert "1,200 examples written for this software" in words
        assert "412 decisions of people" in words
        assert "F1, mean of the codes: 61% (55% to 67%). Measured on 80 decisions of people" in words

    def test_each_code_has_its_figures_with_intervals_once_enough_was_audited(self, client, live):
        sample(20, 5, 10, 14, tagger=live)
        assert page(client).words.count("Not enough yet: 49 of 50 audited") == 5
        audited(tagger=live)
        words = page(client).words
        assert "50 insights audited, 50 of them with the version in use." in words
        # 20 of 25, 20 of 30.
        assert "80% (61% to 91%) 67% (49% to 81%) 73% (" in words
        assert "50, version 3" in words
        assert "All together 80%" in words

    def test_figures_of_all_versions_together_are_said_to_be(self, client, live):
        sample(20, 5, 10, 15, tagger=TaggerFactory(version=2))
        assert "50, all versions" in page(client).words

    def test_a_decision_that_is_no_audit_moves_no_figure(self, client, live):
        sample(20, 5, 10, 15, tagger=live)

        def measured(words: str) -> str:
            return words[words.index("How often it is right") : words.index("What people decided")]

        before = page(client).words
        audited(suggested=True, queue="queue", tagger=live)
        DecisionFactory(verdict="rejected")
        after = page(client).words
        assert measured(after) == measured(before)
        assert "Decisions that reject a tag 1" in after

    def test_drift_is_drawn_with_its_numbers_as_a_table(self, client, live):
        sample(9, 1, 0, 0, tagger=live, at=MAY)
        assert "There is nothing to draw until two months have ten audited insights each." in page(client).words
        sample(6, 2, 2, 0, tagger=live, at=JUNE)
        found = page(client)
        assert 'role="img"' in found.html
        assert "Precision and recall of the audit, by month (%)" in found.words
        assert "May 2026 90% (" in found.words
        assert "Jun 2026 75% (" in found.words

    def test_every_version_is_listed_with_its_state_and_why(self, client, live):
        TaggerFactory(version=4, state=Tagger.State.CHALLENGER, reason="It was no better.")
        words = page(client).words
        assert words.index("Version 4") < words.index("Version 3", words.index("Every version"))
        assert "Tried, not in use 0 – It was no better." in words

    def test_it_says_who_labelled_the_passages_and_that_the_queue_is_no_random_sample(self, client):
        words = page(client).words
        assert "labelled by model readers, not by people" in words
        assert "the queue brings the doubtful ones first" in words


class TestTraining:
    def test_while_one_runs_its_progress_is_shown_and_asked_for_again(self, client):
        TrainingFactory(state=Training.State.RUNNING, stage="Fitting", done=200, of=1200)
        found = page(client)
        assert "By hand Running Fitting: 200 of 1,200" in found.words
        assert 'hx-get="/tagger/training/?codebook=habits"' in found.html
        assert 'hx-trigger="every 2s"' in page(client, "/tagger/training/").html

    def test_once_it_is_over_nothing_is_asked_for_again(self, client):
        TrainingFactory(outcome="Version 2 is now in use.")
        assert "By hand Done Version 2 is now in use." in page(client).words
        assert "hx-get" not in page(client).html
        assert "hx-get" not in page(client, "/tagger/training/").html

    def test_one_that_was_killed_is_said_to_stand_still(self, client):
        run = TrainingFactory(state=Training.State.RUNNING, stage="Fitting")
        Training.objects.filter(id=run.id).update(beat=timezone.now() - datetime.timedelta(minutes=10))
        assert "Stood still" in page(client).words
        assert "hx-get" not in page(client).html


class TestCounts:
    """Wherever a habit is counted: confirmed, suggested, and corrected or said not to be."""

    def test_without_enough_audited_a_count_says_so_and_leads_to_why(self, client):
        study = CaseStudyFactory()
        TagFactory(insight=InsightFactory(case_study=study))
        for address in ("/", f"/case-studies/{study.slug}/"):
            found = page(client, address)
            assert "0 confirmed, 1 suggested for Staff" in found.words
            assert "Corrected estimate: not enough audited yet for Staff" in found.words
            assert set(found.links("not enough audited yet")) == {"/tagger/#counts"}
        listed = page(client, "/insights/")
        assert "Staff (0 confirmed, 1 suggested)" in listed.words
        assert "Corrected estimates: not enough audited yet" in listed.words

    def test_with_enough_it_is_given_with_its_interval(self, client):
        sample(30, 10, 5, 35)
        study = CaseStudyFactory()
        TagFactory(insight=InsightFactory(case_study=study), confirmed=True)
        for _ in range(4):
            TagFactory(insight=InsightFactory(case_study=study))
        # 1 + 4 × 30.5/41 = 3.98
        for address in ("/", f"/case-studies/{study.slug}/"):
            assert "Corrected estimate: about 4 (2 to 5) for Staff" in page(client, address).words
        assert "Staff (1 confirmed, 4 suggested; about 4 (2 to 5))" in page(client, "/insights/").words


class TestTheRecord:
    def test_it_is_one_link_away_with_every_field_and_what_is_to_be_filled_in(self, client, settings):
        settings.SITE_CONTACT = "learning@example.org"
        assert page(client).links("Algorithmic transparency record") == ["/tagger/transparency/"]
        found = page(client, "/tagger/transparency/")
        assert "1.4 Contact email learning@example.org" in found.words
        assert "1.3 Website URL http://testserver/tagger/" in found.words
        assert "2.1.3 Senior responsible owner To be filled in by the organisation that runs this site." in found.words
        assert found.links("Back to how far to trust the tagger") == ["/tagger/"]
