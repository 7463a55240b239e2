"""What a phone is given to keep what is typed without a network, and how what waited is taken in: once, by its own."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from insights.models import Insight, QueueKey
from tests.factories import CaseStudyFactory, InsightFactory, MembershipFactory, ProgrammeFactory, UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
SEND = "/queue/send/"


@pytest.fixture
def programme():
    return ProgrammeFactory(name="Ward learning")


@pytest.fixture
def maya(client: Client, programme) -> User:
    person = MembershipFactory(programme=programme).user
    client.force_login(person)
    return person


def name_of(client: Client) -> str:
    return str(client.get("/queue/here/").json()["person"])


def waited(client: Client, programme, **more: Any) -> dict[str, Any]:
    said = {"text": "The booking screen is slow.", "kind": "finding", "source_kind": "staff"}
    return said | {"programme": programme.id, "person": name_of(client), "once": str(uuid.uuid4())} | more


def test_each_person_has_a_key_of_their_own_and_keeps_it(client, maya):
    first = client.get("/queue/key/").json()
    assert len(base64.b64decode(first["key"])) == 32
    assert client.get("/queue/key/").json() == first
    assert name_of(client) == first["person"]
    client.force_login(UserFactory())
    other = client.get("/queue/key/").json()
    assert not {first[name] for name in ("person", "key", "whose")} & set(other.values())
    assert QueueKey.objects.count() == 2


def test_a_phone_keeps_the_key_no_longer_than_the_session(client, maya, settings):
    settings.SESSION_COOKIE_AGE = 3600
    assert client.get("/queue/key/").json()["lasts"] == 3600


def test_a_key_outlives_a_change_of_the_sites_secret(client, maya, settings):
    before = client.get("/queue/key/").json()
    settings.SECRET_KEY = "another"
    client.force_login(maya)
    after = client.get("/queue/key/").json()
    assert (before["person"], before["key"]) == (after["person"], after["key"])


def test_the_page_says_whose_it_is_as_the_key_does_and_names_nobody(client, maya):
    whose = re.search(r'data-whose="([^"]*)"', Page.of(client.get("/insights/log/")).html)
    assert whose
    assert whose[1] == client.get("/queue/key/").json()["whose"]
    assert str(maya.pk) not in whose[1]
    client.logout()
    assert 'data-whose="nobody"' in Page.of(client.get("/sign-in/")).html
    assert "data-whose" not in Page.of(client.get("/offline/")).html


@pytest.mark.parametrize("address", ["/queue/key/", "/queue/here/", "/queue/shell/", "/queue/shell/bedside/"])
def test_nothing_of_this_is_stored_by_caches_or_given_to_strangers(client, maya, address):
    assert "no-store" in client.get(address)["Cache-Control"]
    client.logout()
    answer = client.get(address)
    assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={address}")


def test_what_waited_is_saved_once_and_both_sendings_are_answered_alike(client, maya, programme):
    said = waited(client, programme, status="submitted", place="Ward 7")
    first, second = client.post(SEND, said), client.post(SEND, said)
    insight = Insight.objects.get()
    assert (insight.status, insight.author, insight.sources.get().place) == ("submitted", maya, "Ward 7")
    assert first.json() == second.json() == {"id": str(insight.id), "next": f"/insights/{insight.id}/logged/"}


def test_what_was_sent_from_the_page_and_waited_too_is_one_insight(client, maya, programme):
    said = waited(client, programme)
    client.post("/insights/log/", said)
    assert client.post(SEND, said).status_code == 200
    assert Insight.objects.count() == 1


def test_what_was_mended_after_it_had_arrived_is_not_lost(client, maya, programme):
    said = waited(client, programme)
    client.post(SEND, said)
    client.post(SEND, said | {"text": "The booking screen is slow on Mondays."})
    assert Insight.objects.count() == 2


def test_at_the_bedside_it_leads_back_there(client, maya, programme):
    answer = client.post(SEND, waited(client, programme, bedside="yes"))
    assert answer.json()["next"] == f"/insights/log/bedside/?saved={Insight.objects.get().id}"


def test_what_is_wrong_is_said_in_words(client, maya, programme):
    answer = client.post(SEND, waited(client, programme, kind="", title="x" * 201))
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        "Choose what kind of insight this is.",
        "The title may have up to 200 characters; this has 201.",
    ]
    assert not Insight.objects.exists()


def test_what_another_person_wrote_on_this_phone_is_not_taken_as_ones_own(client, maya, programme):
    theirs = waited(client, programme)
    client.force_login(MembershipFactory(programme=programme).user)
    assert client.post(SEND, theirs).status_code == 409
    assert client.post(SEND, theirs | {"person": ""}).status_code == 409
    assert not Insight.objects.exists()


def test_it_is_guarded_against_other_sites_and_against_nobody(client, maya, programme):
    said = waited(client, programme)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maya)
    assert strict.post(SEND, said).status_code == 403
    fresh = strict.get("/queue/here/").json()["csrf"]
    assert strict.post(SEND, said, headers={"X-CSRFToken": fresh}).status_code == 200
    client.logout()
    assert client.post(SEND, said).status_code == 302
    assert Insight.objects.count() == 1


def test_the_shell_holds_nobodys_words_and_no_message(client, maya, programme):
    InsightFactory(programme=programme, author=maya, status="draft", text="What I said today.")
    client.post("/sign-in/", {})
    client.get(f"/insights/{InsightFactory(status='draft').id}/submit/")
    for address, who in (("/queue/shell/", []), ("/queue/shell/bedside/", ["coordinator"])):
        page = Page.of(client.get(address))
        assert "What I said today." not in page.html
        assert "Ward learning" in page.words
        assert "nhsuk-notification-banner" not in page.html
        assert re.findall(r'name="source_kind"\s+type="radio"\s+value="(\w+)"\s+checked', page.html) == who


def test_the_worker_is_served_from_the_root_and_asked_for_anew_each_time(client):
    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert (answer["Cache-Control"], answer["Service-Worker-Allowed"]) == ("no-cache", "/")
    assert b"lhs-shell" in answer.content


def test_the_site_can_be_put_among_a_phones_applications(client, settings):
    settings.SITE_NAME = "Ward learning in the north"
    said = client.get("/site.webmanifest").json()
    assert (said["name"], said["short_name"], said["display"]) == (
        "Ward learning in the north",
        "Insights",
        "standalone",
    )
    assert said["start_url"] == "/insights/log/"
    assert {icon["sizes"] for icon in said["icons"]} == {"192x192", "512x512"}
    assert all(icon["src"].startswith("/static/images/icon-") for icon in said["icons"])


def test_a_case_study_that_went_meanwhile_is_told_and_the_words_are_not_saved_elsewhere(client, maya, programme):
    study = CaseStudyFactory(programme=programme)
    said = waited(client, programme, case_study=study.id)
    study.delete()
    answer = client.post(SEND, said)
    assert answer.status_code == 400
    assert "not one you can choose" in answer.json()["errors"][0]
