"""The tagger of the themes follows the themes and what people decide of them."""

from __future__ import annotations

import pytest
from django.conf import settings

from insights import themes, theming
from insights.learning import learn, learn_themes_if_due
from insights.loading import load
from insights.models import Embedding, Tag, Tagging
from insights.review import decide
from insights.tagging import tag_all_due, tag_due
from lhs.encoder import Encoder
from lhs.models import HABITS, THEMES, Code, Tagger, Training
from lhs.versions import champion
from tests.factories import InsightFactory, UserFactory

pytestmark = pytest.mark.django_db
PARKING = "I drove round and round the hospital and there was nowhere to leave the car."
SAID = {
    "name": "Parking",
    "definition": "Finding and paying for a place to leave the car at the hospital.",
    "examples": (
        "The car park was full and we missed the appointment.",
        "Parking costs more than the bus and the machine takes coins only.",
        "Staff on nights cannot find a space near the entrance.",
    ),
}


@pytest.fixture
def curator():
    return UserFactory(role="curator")


@pytest.fixture
def parking(tagger, curator) -> Code:
    """A theme that the tagger reads for."""
    theme = themes.create(person=curator, **SAID)
    assert learn_themes_if_due() is not None
    return theme


def suggestions(insight) -> dict[str, Tag]:
    return {tag.code.slug: tag for tag in insight.tags.filter(code__codebook__slug=THEMES).select_related("code")}


def test_without_themes_nothing_is_due_and_nothing_is_amiss(tagger, caplog):
    InsightFactory()
    assert learn_themes_if_due() is None
    tag_all_due()
    assert caplog.records == []


def test_one_insight_is_tagged_for_both_codebooks_and_encoded_once(parking, monkeypatch):
    said = InsightFactory(text=PARKING)
    read: list[str] = []
    of_encoder = Encoder.read

    def noting(self: Encoder, texts, **more):
        read.extend(texts)
        return of_encoder(self, texts, **more)

    monkeypatch.setattr(Encoder, "read", noting)
    assert tag_all_due() == 2
    assert read == [PARKING]
    assert set(Tagging.objects.filter(insight=said, due=False).values_list("codebook__slug", flat=True)) == {
        HABITS,
        THEMES,
    }
    tag = suggestions(said)["parking"]
    assert (tag.state, tag.origin, tag.tagger) == ("suggested", "machine", champion(THEMES))
    assert tag.score is not None
    assert "3 of 20 examples" in tag.reason


def test_a_new_theme_is_read_for_in_what_was_there_before_without_encoding_it_anew(parking, curator, monkeypatch):
    said = InsightFactory(text="Breakfast was a slice of dry toast, and there was no fruit.")
    tag_all_due()
    before = Embedding.objects.values_list("features", flat=True).get()
    themes.create(
        person=curator,
        name="Food",
        definition="What patients are given to eat and drink, and when.",
        examples=("Lunch was cold.", "He was offered nothing but cake.", "The menu is only in English."),
    )
    assert theming.themes_changed()
    run = learn_themes_if_due()
    assert run is not None
    assert (run.cause, run.state) == (Training.Cause.CODES, Training.State.DONE)
    monkeypatch.setattr(Encoder, "read", None)
    assert tag_all_due() == 1
    assert set(suggestions(said)) == {"food"}
    assert bytes(Embedding.objects.values_list("features", flat=True).get()) == bytes(before)


@pytest.mark.parametrize(
    "change",
    [{"name": "Cars"}, {"definition": "Where one leaves a car."}, {"threshold": 0.9}],
    ids=lambda change: next(iter(change)),
)
def test_it_is_fitted_anew_when_a_theme_is_changed_and_not_otherwise(parking, curator, change):
    assert not theming.themes_changed()
    assert learn_themes_if_due() is None
    themes.change(person=curator, slug="parking", **change)
    assert learn_themes_if_due() is not None
    assert learn_themes_if_due() is None
    assert champion(THEMES).version == 2


def test_the_machine_leaves_what_a_person_decided(parking, curator):
    said = InsightFactory(text=PARKING)
    decide(person=curator, insight_id=said.id, codebook=THEMES, code="parking", verdict="rejected")
    tag_all_due()
    assert suggestions(said)["parking"].state == "rejected"


def test_a_retired_theme_is_suggested_no_more(parking, curator):
    said = InsightFactory(text=PARKING)
    themes.create(person=curator, **{**SAID, "name": "Cars"})
    learn_themes_if_due()
    tag_all_due()
    assert set(suggestions(said)) == {"parking", "cars"}
    themes.retire(person=curator, slug="cars")
    learn_themes_if_due()
    tag_all_due()
    assert set(suggestions(said)) == {"parking"}


def test_between_the_retiring_and_the_fitting_the_old_tagger_tags_without_it(parking, curator):
    themes.retire(person=curator, slug="parking")
    said = InsightFactory(text=PARKING)
    tag_due(codebook=THEMES)
    assert suggestions(said) == {}


def test_withheld_words_are_neither_learnt_from_nor_stood_before(parking, curator):
    said = InsightFactory(text=PARKING)
    decide(person=curator, insight_id=said.id, codebook=THEMES, code="parking", verdict="confirmed")
    tag_all_due()
    assert theming.decisions_to_read() == 1
    said.sources.update(consent="withheld")
    assert theming.decisions_to_read() == 0
    assert len(theming._background().embeddings) == len(theming._exemplars())


def test_what_contributors_decide_does_not_teach(parking, curator):
    from tests.factories import MembershipFactory

    said = InsightFactory(text=PARKING)
    tag_all_due()
    member = MembershipFactory(programme=said.programme, role="contributor").user
    decide(person=member, insight_id=said.id, codebook=THEMES, code="parking", verdict="confirmed")
    assert theming.decisions_to_read() == 0
    decide(person=curator, insight_id=said.id, codebook=THEMES, code="parking", verdict="confirmed")
    assert theming.decisions_to_read() == 1


def test_a_fit_that_fails_is_told_and_not_tried_again_at_each_look(parking, curator, monkeypatch):
    themes.change(person=curator, slug="parking", name="Cars")

    def refuse(**_):
        from lhs.challenge import ChallengerRefused

        raise ChallengerRefused("It gave a score that is no number.")

    monkeypatch.setattr("insights.learning.challenge_themes", refuse)
    run = learn_themes_if_due()
    assert run is not None
    assert (run.state, run.outcome) == ("failed", "It gave a score that is no number.")
    assert learn_themes_if_due() is None
    assert champion(THEMES).version == 1


def test_by_hand_it_is_trained_like_any_other(parking):
    run = learn(codebook=THEMES)
    assert run is not None
    assert run.outcome.startswith("Version 2 is now in use.")


class TestTheStarterThemes:
    @pytest.fixture
    def loaded(self, tagger):
        load(folder=settings.BASE_DIR / "fixtures")

    def test_each_has_a_definition_and_three_examples_and_they_load_once(self, loaded):
        def there() -> list[tuple[str, int]]:
            return [(code.slug, code.examples.count()) for code in Code.objects.filter(codebook__slug=THEMES)]

        before = there()
        assert 8 <= len(before) <= 12
        assert all(n >= 3 for _, n in before)
        assert all(Code.objects.filter(codebook__slug=THEMES).values_list("definition", flat=True))
        load(folder=settings.BASE_DIR / "fixtures")
        assert there() == before

    def test_what_curators_made_of_them_is_not_undone_by_loading_again(self, loaded):
        person = UserFactory(role="curator")
        themes.merge(person=person, slug="staff-wellbeing", into="workforce")
        themes.retire(person=person, slug="inequalities")
        before = set(Code.objects.living().values_list("slug", flat=True))
        tags = Tag.objects.count()
        load(folder=settings.BASE_DIR / "fixtures")
        assert set(Code.objects.living().values_list("slug", flat=True)) == before
        assert Tag.objects.count() == tags

    def test_they_are_learnt_from_the_case_studies_once_those_are_read(self, loaded):
        assert learn_themes_if_due() is not None
        assert not any(one["learnt"] for one in champion(THEMES).figures["themes"].values())
        tag_all_due()
        assert learn_themes_if_due() is not None
        figures = champion(THEMES).figures
        assert sum(one["learnt"] for one in figures["themes"].values()) >= 3
        # Over every judgement: the fifth that is held out is 33 texts that go by their ids, others in each run.
        assert figures["cross_validated"]["macro_f1"] > 0.5
        assert learn_themes_if_due() is None
        assert Tagger.objects.filter(codebook__slug=THEMES).count() == 2
