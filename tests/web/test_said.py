"""What has been said already, on the pages: while one types, as “me too”, and side by side for curators."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role, User
from insights.merging import merge
from insights.models import Apart, Insight, Merge, Source
from lhs.encoder import loaded
from tests.factories import (
    EmbeddingFactory,
    InsightFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
    UserFactory,
)
from tests.web.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("swept_index")]
HTMX = {"headers": {"HX-Request": "true"}}
RINGING = "Relatives did not know whom to ring in the evening."


@pytest.fixture(autouse=True)
def _everyone_may_read(settings):
    settings.ANONYMOUS_READING = True


@pytest.fixture
def curator(client: Client) -> User:
    person = UserFactory(role=Role.CURATOR)
    client.force_login(person)
    return person


@pytest.fixture
def contributor(client: Client) -> User:
    person = MembershipFactory(programme=ProgrammeFactory(), user__role=Role.CONTRIBUTOR).user
    client.force_login(person)
    return person


def embedded(**said) -> Insight:
    insight = InsightFactory(**{"text": RINGING, **said})
    EmbeddingFactory(insight=insight, encoder=loaded().name, vector=loaded().encode([insight.text])[0])
    return insight


def typed(client: Client, text: str) -> Page:
    answer = client.post("/insights/similar/", {"text": text}, **HTMX)
    assert answer.status_code == 200
    return Page.of(answer)


def opened(client: Client, address: str) -> Page:
    return Page.of(client.get(address))


# --- while one types --------------------------------------------------------------------------------------------------


def test_the_form_asks_while_one_types_and_sends_the_text_alone(client, contributor):
    html = opened(client, "/insights/log/").html
    part = html[html.index('id="alike"') :].split("</div>")[0]
    assert 'hx-post="/insights/similar/"' in part
    assert 'hx-trigger="input delay:600ms from:#text"' in part
    assert 'hx-params="csrfmiddlewaretoken,text"' in part
    assert 'aria-live="polite"' in part


def test_what_is_alike_is_shown_with_how_often_and_where_to_say_me_too(client, contributor):
    insight = embedded(source__place="Ward 7")
    page = typed(client, "Families did not know whom to ring at night.")
    assert "<html" not in page.html
    assert "Has this been said already?" in page.html
    assert "Raised once in 1 place." in page.html
    assert "% alike" in page.html
    assert page.links("Me too") == [f"/insights/{insight.id}/me-too/"]
    assert page.links("Read it") == [f"/insights/{insight.id}/"]
    assert page.html.count('target="_blank"') == page.html.count("(opens in a new tab)") == 2


@pytest.mark.parametrize("text", ["", "Whom to ring?", "   short            .   ", "Whom to ring in the evening?\0"])
def test_too_little_or_what_is_no_text_shows_nothing(client, contributor, text):
    embedded()
    assert typed(client, text).html.strip() == ""


def test_what_may_not_be_opened_is_not_shown(client, contributor):
    embedded(status="draft")
    embedded(source__consent="withheld")
    assert RINGING not in typed(client, RINGING).html


def test_a_reader_who_logs_nowhere_is_not_offered_to_say_me_too(client):
    client.force_login(UserFactory())
    embedded()
    page = typed(client, RINGING)
    assert page.links("Read it")
    assert page.links("Me too") == []


def test_without_an_encoder_the_panel_says_so_and_the_form_works(client, contributor, monkeypatch, tmp_path):
    monkeypatch.setenv("LHS_ENCODER_DIR", str(tmp_path))
    assert "cannot be looked up just now" in typed(client, RINGING).html


def test_the_part_alone_is_no_page(client, contributor):
    assert client.get("/insights/similar/").url == "/insights/log/"
    assert client.post("/insights/similar/", {"text": RINGING}).url == "/insights/log/"


def test_it_is_guarded_against_other_sites(contributor):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(contributor)
    assert strict.post("/insights/similar/", {"text": RINGING}, **HTMX).status_code == 403


# --- me too -----------------------------------------------------------------------------------------------------------


def test_the_page_of_an_insight_says_how_often_and_leads_to_the_form(client, contributor):
    insight = InsightFactory(source__place="Ward 7")
    page = opened(client, f"/insights/{insight.id}/")
    assert "Raised once in 1 place." in page.words
    assert page.links("Me too") == [f"/insights/{insight.id}/me-too/"]


def test_who_may_not_is_not_offered_it_and_is_refused(client):
    insight = InsightFactory()
    assert opened(client, f"/insights/{insight.id}/").links("Me too") == []
    assert "/sign-in/" in client.get(f"/insights/{insight.id}/me-too/").url
    client.force_login(UserFactory())
    assert opened(client, f"/insights/{insight.id}/").links("Me too") == []
    assert client.get(f"/insights/{insight.id}/me-too/").status_code == 403
    assert client.post(f"/insights/{insight.id}/me-too/", {"kind": "staff"}).status_code == 403


def test_what_may_not_be_opened_is_not_there(client, contributor):
    insight = InsightFactory(status="draft")
    assert client.get(f"/insights/{insight.id}/me-too/").status_code == 404


def test_a_voice_is_added_and_the_page_says_so(client, contributor):
    insight, ward = InsightFactory(), OrganisationFactory()
    page = opened(client, f"/insights/{insight.id}/me-too/")
    assert page.headings[0] == "Me too"
    assert insight.text in page.words
    said = {"kind": "family", "role": "son", "organisation": str(ward.id), "place": "Bay 3"}
    on = {"collected-day": "1", "collected-month": "6", "collected-year": "2022"}
    answer = client.post(f"/insights/{insight.id}/me-too/", {**said, **on})
    assert answer.url == f"/insights/{insight.id}/#voice"
    voice = insight.sources.get(position=1)
    assert (voice.kind, voice.role, voice.organisation, voice.place) == ("family", "son", ward, "Bay 3")
    assert str(voice.collected_on) == "2022-06-01"
    assert (voice.consent, voice.recorded_by) == ("not-needed", contributor)
    page = opened(client, f"/insights/{insight.id}/")
    assert "Raised 2 times in 1 place." in page.words
    assert "Thank you." in page.words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Choose who says so too."),
        ({"kind": "doctor"}, "Choose one of the answers on the page."),
        ({"kind": "staff", "place": "x" * 121}, "The place may have up to 120 characters"),
        ({"kind": "staff", "collected-day": "1"}, "The date needs a month and a year too."),
        (
            {"kind": "staff", "collected-day": "1", "collected-month": "1", "collected-year": "1700"},
            "Give a day between 1 January 1900 and today.",
        ),
        ({"kind": "staff", "organisation": "nowhere"}, "This organisation is not one you can choose."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, contributor, said, words):
    insight = InsightFactory()
    answer = client.post(f"/insights/{insight.id}/me-too/", {"role": "night porter", **said})
    page = Page.of(answer)
    assert answer.status_code == 400
    assert page.title.startswith("Error: Me too")
    assert words in page.words
    assert "night porter" in page.html
    assert Source.objects.count() == 1


def test_the_same_twice_is_told(client, contributor):
    insight = InsightFactory()
    said = {"kind": "staff", "place": "Ward 7"}
    client.post(f"/insights/{insight.id}/me-too/", said)
    answer = client.post(f"/insights/{insight.id}/me-too/", said)
    assert answer.status_code == 409
    assert "You have said so already" in Page.of(answer).words
    assert Source.objects.count() == 2


# --- duplicates -------------------------------------------------------------------------------------------------------


def test_curators_find_the_page_in_the_menu_and_others_do_not(client, curator):
    assert opened(client, "/insights/").links("Duplicates") == ["/duplicates/"]
    client.logout()
    assert opened(client, "/insights/").links("Duplicates") == []
    client.force_login(MembershipFactory(role=Role.CURATOR).user)
    assert opened(client, "/insights/").links("Duplicates") == ["/duplicates/"]
    for person in (UserFactory(role=Role.ANALYST), MembershipFactory().user):
        client.force_login(person)
        assert opened(client, "/insights/").links("Duplicates") == []
        assert client.get("/duplicates/").status_code == 403


def test_with_nothing_alike_the_page_says_so(client, curator):
    page = opened(client, "/duplicates/")
    assert page.headings[0] == "Likely duplicates"
    assert "No two insights look like the same one said twice." in page.words


def test_a_pair_stands_side_by_side_and_is_merged_either_way(client, curator):
    one, other = embedded(title="The first"), embedded(title="The second")
    page = opened(client, "/duplicates/")
    assert "Keep this one: The first" in page.words
    assert "Keep this one: The second" in page.words
    answer = client.post("/duplicates/merge/", {"kept": str(other.id), "gone": str(one.id)})
    assert answer.url == "/duplicates/"
    page = opened(client, "/duplicates/")
    assert "Merged. Every voice stands with the insight that was kept." in page.words
    assert "The first was merged into The second." in page.words
    assert other.sources.count() == 2


def test_the_page_of_what_is_gone_leads_to_what_was_kept(client, curator):
    kept, gone = InsightFactory(title="The kept one"), InsightFactory()
    merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    page = opened(client, f"/insights/{gone.id}/")
    assert "Merged into The kept one" in page.words
    assert page.links("The kept one") == [f"/insights/{kept.id}/"]
    assert "Raised 2 times." in opened(client, f"/insights/{kept.id}/").words
    assert "Merged into" not in opened(client, f"/insights/{kept.id}/").words


def test_a_merge_is_undone_and_two_are_kept_apart(client, curator):
    one, other = embedded(), embedded()
    done = merge(person=curator, kept_id=one.id, gone_id=other.id)
    assert client.post("/duplicates/undo/", {"merge": str(done.id)}).url == "/duplicates/"
    assert Merge.objects.get().undone_at
    assert "Pair 1" in opened(client, "/duplicates/").words
    client.post("/duplicates/apart/", {"first": str(one.id), "second": str(other.id)})
    assert Apart.objects.count() == 1
    assert "Pair 1" not in opened(client, "/duplicates/").words


def test_who_comes_second_is_told(client, curator):
    kept, gone = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=kept.id, gone_id=gone.id)
    client.post("/duplicates/merge/", {"kept": str(kept.id), "gone": str(gone.id)})
    assert "merged into another insight already" in opened(client, "/duplicates/").words
    client.post("/duplicates/merge/", {"kept": str(kept.id), "gone": str(kept.id)})
    assert "cannot be merged into itself" in opened(client, "/duplicates/").words
    client.post("/duplicates/undo/", {"merge": str(done.id)})
    client.post("/duplicates/undo/", {"merge": str(done.id)})
    assert "has been undone already" in opened(client, "/duplicates/").words


@pytest.mark.parametrize("address", ["merge", "apart", "undo"])
def test_only_curators_press_these_and_what_is_no_id_is_not_there(client, curator, address):
    one, other = InsightFactory(), InsightFactory()
    done = merge(person=curator, kept_id=InsightFactory().id, gone_id=InsightFactory().id)
    ids = {"kept": one.id, "gone": other.id, "first": one.id, "second": other.id, "merge": done.id}
    assert client.post(f"/duplicates/{address}/", dict.fromkeys(ids, "nobody")).status_code == 404
    assert client.get(f"/duplicates/{address}/").url == "/duplicates/"
    assert "Press the button again." in opened(client, "/duplicates/").words
    client.force_login(UserFactory(role=Role.CONTRIBUTOR))
    assert client.post(f"/duplicates/{address}/", ids).status_code in (403, 404)
    client.logout()
    assert "/sign-in/" in client.post(f"/duplicates/{address}/", ids).url
    assert Merge.objects.filter(undone_at__isnull=True).count() == 1
    assert not Apart.objects.exists()
