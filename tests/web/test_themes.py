"""The pages of themes: everyone reads them, curators change them, and what was typed is never lost."""

from __future__ import annotations

import pytest

from insights import themes
from insights.models import Tag
from lhs.codebooks import ensure_habits
from lhs.models import Code
from tests.factories import InsightFactory, TagFactory, ThemeFactory, UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
TEXTS = ("She may come at two.", "No visits after six.", "Open visiting made the evenings calmer.")
TYPED = {"name": "Visiting", "definition": "Who may come, and when.", "examples": "\n".join(TEXTS)}


@pytest.fixture(autouse=True)
def reading_is_open(settings):
    settings.ANONYMOUS_READING = True
    ensure_habits()


@pytest.fixture
def person():
    return UserFactory(role="curator", name="Maya Lind")


@pytest.fixture
def curator(client, person):
    client.force_login(person)
    return client


@pytest.fixture
def visiting(person):
    return themes.create(person=person, name=TYPED["name"], definition=TYPED["definition"], examples=TEXTS)


def opened(client, path: str = "/themes/visiting/") -> Page:
    return Page.of(client.get(path))


class TestReading:
    def test_the_tree_leads_to_each_theme_and_to_its_insights(self, client, visiting):
        ThemeFactory(slug="evenings", name="Evenings", parent=visiting)
        TagFactory(insight=InsightFactory(status="published"), code=visiting, confirmed=True)
        TagFactory(insight=InsightFactory(status="published"), code=visiting)
        page = opened(client, "/themes/")
        assert "1 confirmed, 1 suggested" in page.words
        assert page.links("2 insights") == ["/insights/?theme=visiting"]
        assert page.links("Evenings") == ["/themes/evenings/"]
        found = opened(client, "/insights/?theme=visiting")
        assert "2 insights" in found.words

    def test_without_themes_the_page_says_so(self, client):
        assert "There are no themes yet" in opened(client, "/themes/").words

    def test_a_theme_says_what_it_is_how_it_is_read_and_what_happened(self, client, visiting):
        page = opened(client)
        assert all(text in page.words for text in TEXTS)
        assert "3 of 20 examples" in page.words
        assert "Begun" in page.words
        assert "Maya Lind" not in page.words
        assert "For curators" not in page.words

    def test_one_that_was_merged_leads_to_where_it_went(self, client, person, visiting):
        ThemeFactory(slug="visits", name="Visits")
        themes.merge(person=person, slug="visits", into="visiting")
        answer = client.get("/themes/visits/", follow=True)
        assert answer.redirect_chain[-1][0] == "/themes/visiting/"
        assert "“Visits” was merged into this theme." in Page.of(answer).words

    @pytest.mark.parametrize("slug", ["nowhere", "gone"])
    def test_one_that_is_not_in_use_is_not_found(self, client, person, slug):
        ThemeFactory(slug="gone")
        themes.retire(person=person, slug="gone")
        assert client.get(f"/themes/{slug}/").status_code == 404


class TestBeginning:
    def test_a_theme_is_begun(self, curator):
        answer = curator.post("/themes/new/", TYPED, follow=True)
        assert answer.redirect_chain[-1][0] == "/themes/visiting/"
        assert "“Visiting” is begun" in Page.of(answer).words
        assert Code.objects.get(slug="visiting").examples.count() == 3

    def test_insights_are_found_and_chosen_without_losing_what_was_typed(self, curator):
        said = InsightFactory(text="The visiting hour is too short.")
        found = Page.of(curator.post("/themes/new/", {**TYPED, "looked_for": "visiting", "find": "1"}))
        assert found.status == 200
        assert "The visiting hour is too short." in found.words
        assert all(text in found.html for text in TEXTS)
        assert not Code.objects.filter(slug="visiting").exists()
        curator.post("/themes/new/", {**TYPED, "insights": [str(said.id)]})
        assert Tag.objects.get(insight=said).state == "confirmed"

    def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(self, curator):
        said = InsightFactory()
        sent = {**TYPED, "name": "", "examples": TEXTS[0], "threshold": "half", "insights": [str(said.id)]}
        page = Page.of(curator.post("/themes/new/", sent))
        assert page.status == 400
        assert "Write a number between 0 and 1" in page.words
        page = Page.of(curator.post("/themes/new/", {**sent, "threshold": "0.5"}))
        assert "Give the theme a name" in page.words
        assert "at least 3 different examples" in page.words
        assert TEXTS[0] in page.html
        assert 'value="0.5"' in page.html
        assert "checked" in page.html

    def test_an_insight_that_is_none_is_not_found(self, curator):
        assert curator.post("/themes/new/", {**TYPED, "insights": ["nonsense"]}).status_code == 404


class TestChanging:
    def test_a_curator_renames_moves_and_sets_the_threshold(self, curator, visiting):
        ThemeFactory(slug="family", name="Family")
        sent = {"name": "Visits", "definition": "Words.", "parent": "family", "threshold": "0.7"}
        page = Page.of(curator.post("/themes/visiting/change/", sent, follow=True))
        assert "A score of 0.70, set by a curator" in page.words
        assert "Name: Visiting → Visits" in page.words
        assert "Maya Lind" in page.words

    def test_what_cannot_be_is_told_with_what_was_typed(self, curator, visiting):
        page = Page.of(curator.post("/themes/visiting/change/", {"name": "", "definition": "Words typed."}))
        assert (page.status, "Give the theme a name" in page.words) == (400, True)
        assert "Words typed." in page.html

    def test_a_merge_leads_to_the_theme_that_was_kept(self, curator, visiting):
        ThemeFactory(slug="visits", name="Visits")
        page = Page.of(curator.post("/themes/visits/merge/", {"into": "visiting"}, follow=True))
        assert "“Visits” was merged into this" in page.words
        page = Page.of(curator.post("/themes/visiting/merge/", {"into": ""}))
        assert (page.status, "Choose the theme" in page.words) == (400, True)

    def test_a_split_leads_to_the_new_theme(self, curator, visiting):
        picked = [TagFactory(code=visiting, insight__text=f"Visit number {n}.").insight for n in range(3)]
        page = opened(curator)
        assert all(str(one.id) in page.html for one in picked)
        sent = {"name": "Evenings", "definition": "Late visits.", "insights": [str(one.id) for one in picked[:2]]}
        faulty = Page.of(curator.post("/themes/visiting/split/", sent))
        assert (faulty.status, "at least 3" in faulty.words) == (400, True)
        assert faulty.html.count("checked") == 2
        sent["insights"] = [str(one.id) for one in picked]
        answer = curator.post("/themes/visiting/split/", sent, follow=True)
        assert answer.redirect_chain[-1][0] == "/themes/evenings/"

    def test_a_retired_theme_leads_back_to_all(self, curator, visiting):
        page = Page.of(curator.post("/themes/visiting/retire/", follow=True))
        assert "“Visiting” is retired." in page.words

    @pytest.mark.parametrize("verb", ["change", "merge", "split", "retire"])
    def test_a_button_pressed_after_the_session_ended_asks_to_press_again(self, curator, visiting, verb):
        page = Page.of(curator.get(f"/themes/visiting/{verb}/", follow=True))
        assert "Press the button again" in page.words

    @pytest.mark.parametrize("role", ["viewer", "contributor", "analyst"])
    def test_nobody_else_may(self, client, visiting, role):
        client.force_login(UserFactory(role=role))
        assert client.get("/themes/new/").status_code == 403
        for verb in ("change", "merge", "split", "retire"):
            sent = {"name": "Other", "definition": "Words.", "into": "visiting"}
            assert client.post(f"/themes/visiting/{verb}/", sent).status_code == 403, verb
        assert client.post("/themes/new/", TYPED).status_code == 403

    def test_whoever_is_not_signed_in_is_sent_to_sign_in(self, client, visiting):
        assert "/sign-in/" in client.post("/themes/visiting/retire/")["Location"]


def test_an_insights_page_offers_themes_in_use_only(curator, person, visiting):
    ThemeFactory(slug="gone", name="Gone for good")
    said = InsightFactory(status="published")
    TagFactory(insight=said, code=Code.objects.get(slug="gone"), confirmed=True)
    themes.retire(person=person, slug="gone")
    page = opened(curator, f"/insights/{said.id}/")
    assert 'value="themes/gone"' not in page.html
    assert "Reject Gone for good" not in page.words
    assert 'value="themes/visiting"' in page.html
