"""The pages about who works in a programme: members, invitations, and the page to accept one at."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from casestudies.models import Invitation, Membership
from tests.factories import InvitationFactory, MembershipFactory, ProgrammeFactory, UserFactory
from tests.web.pages import Page

pytestmark = pytest.mark.django_db

MEMBERS = "/programmes/ward-learning/members/"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def programme():
    return ProgrammeFactory(slug="ward-learning", name="Ward learning")


@pytest.fixture
def kofi(client, programme) -> User:
    """A curator of the programme, signed in."""
    person = MembershipFactory(programme=programme, role="curator", user__name="Kofi").user
    client.force_login(person)
    return person


@pytest.fixture
def invited(client, kofi, mailoutbox, django_capture_on_commit_callbacks) -> str:
    """The address in the e-mail that Kofi sends to Nia."""
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{MEMBERS}invite/", {"email": "Nia@example.org", "role": "contributor"})
    return re.findall(r"http://testserver(/invitations/\S+)", mailoutbox[-1].body)[0]


class TestMembers:
    def test_a_curator_sees_members_invitations_and_the_form(self, client, kofi, programme):
        MembershipFactory(programme=programme, user__name="Ama", user__email="ama@example.org", role="contributor")
        InvitationFactory(programme=programme, email="nia@example.org")
        page = Page.of(client.get(MEMBERS))
        assert {"Ama Contributor", "Kofi Curator", "Invite someone"} <= set(page.headings)
        assert "nia@example.org" in page.words
        assert "Not sent" in page.words

    def test_a_contributor_sees_the_members_and_no_more(self, client, programme, kofi):
        client.force_login(MembershipFactory(programme=programme).user)
        InvitationFactory(programme=programme, email="nia@example.org")
        page = Page.of(client.get(MEMBERS))
        assert "Kofi" in page.words
        assert "nia@example.org" not in page.words
        assert "Invite someone" not in page.words
        assert page.links("Leave this programme") == [f"{MEMBERS}leave/"]

    def test_strangers_see_nothing(self, client, programme):
        client.force_login(UserFactory(role="curator"))
        assert client.get(MEMBERS).status_code == 403
        assert client.get("/programmes/nowhere/members/").status_code == 404

    def test_a_role_is_changed_and_said(self, client, kofi, programme):
        member = MembershipFactory(programme=programme, user__name="Ama")
        page = Page.of(client.post(f"{MEMBERS}{member.id}/role/", {"role": "analyst"}, follow=True))
        assert "Ama is now analyst in this programme." in page.words
        member.refresh_from_db()
        assert member.role == "analyst"

    def test_removing_asks_first(self, client, kofi, programme):
        member = MembershipFactory(programme=programme, user__name="Ama")
        page = Page.of(client.get(f"{MEMBERS}{member.id}/remove/"))
        assert "Remove Ama?" in page.headings
        assert Membership.objects.filter(id=member.id).exists()
        page = Page.of(client.post(f"{MEMBERS}{member.id}/remove/", follow=True))
        assert "Ama is no longer a member of this programme." in page.words
        assert not Membership.objects.filter(id=member.id).exists()

    def test_the_last_curator_is_told_why_they_cannot_go(self, client, kofi, programme):
        for address, typed in (
            (f"{MEMBERS}leave/", {}),
            (self.own(kofi, "remove"), {}),
            (self.own(kofi, "role"), {"role": "viewer"}),
        ):
            page = Page.of(client.post(address, typed, follow=True))
            assert "Nobody else looks after this programme. Make another member a curator first." in page.words
        assert Membership.objects.get(user=kofi).role == "curator"

    def own(self, person: User, what: str) -> str:
        return f"{MEMBERS}{Membership.objects.get(user=person).id}/{what}/"

    def test_leaving_asks_first_and_leads_home(self, client, kofi, programme):
        ama = MembershipFactory(programme=programme).user
        client.force_login(ama)
        assert "Leave Ward learning?" in Page.of(client.get(f"{MEMBERS}leave/")).headings
        page = Page.of(client.post(f"{MEMBERS}leave/", follow=True))
        assert "You have left Ward learning." in page.words
        assert not Membership.objects.filter(user=ama).exists()


class TestInviting:
    def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(self, client, kofi):
        page = Page.of(client.post(f"{MEMBERS}invite/", {"email": "nia at example", "role": "curator"}))
        assert page.links("Enter an e-mail address, such as name@example.org.") == ["#email"]
        assert 'value="nia at example"' in page.html
        assert re.search(r'value="curator"[^>]*checked', page.html)

    def test_someone_who_is_there_already_is_told(self, client, kofi):
        page = Page.of(client.post(f"{MEMBERS}invite/", {"email": kofi.email, "role": "viewer"}))
        assert page.links("This person is a member already: change their role instead.") == ["#email"]

    def test_it_is_sent_again_and_withdrawn(self, client, kofi, invited):
        one = Invitation.objects.get()
        base = f"/programmes/ward-learning/invitations/{one.id}"
        again = Page.of(client.post(f"{base}/again/", follow=True))
        assert "The invitation to nia@example.org is sent again." in again.words
        gone = Page.of(client.post(f"{base}/withdraw/", follow=True))
        assert "is withdrawn. Its link no longer works." in gone.words
        assert client.post(f"{base}/again/").status_code == 404


class TestAccepting:
    def test_opening_the_link_changes_nothing(self, invited):
        for _ in range(2):
            page = Page.of(Client().get(invited))
            assert "Join Ward learning" in page.headings
            assert "Kofi invites nia@example.org to this programme as contributor" in page.words
        assert Invitation.objects.get().accepted is None

    def test_a_new_person_gets_an_account_and_is_in(self, invited):
        window = Client()
        page = Page.of(window.post(invited, {"name": "Nia Novak", "password": "three words apart"}, follow=True))
        assert "Welcome to Ward learning." in page.words
        nia = User.objects.get(email="nia@example.org")
        assert window.session["_auth_user_id"] == str(nia.id)
        assert Membership.objects.get(user=nia).role == "contributor"
        again = Client()
        assert again.post("/sign-in/", {"login": "nia@example.org", "password": "three words apart"}).status_code == 302

    def test_a_weak_password_is_told_and_the_name_stays(self, invited):
        page = Page.of(Client().post(invited, {"name": "Nia Novak", "password": "short"}))
        assert 'href="#password"' in page.html
        assert 'value="Nia Novak"' in page.html
        assert not User.objects.filter(email="nia@example.org").exists()

    def test_without_a_password_codes_by_e_mail_do(self, invited, mailoutbox):
        Client().post(invited, {"name": "Nia", "password": ""})
        again = Client()
        again.post("/sign-in/code/", {"email": "nia@example.org"})
        again.post("/sign-in/code/enter/", {"code": mailoutbox[-1].body.split("is\n\n")[1].split()[0]})
        assert "_auth_user_id" in again.session

    def test_someone_with_an_account_signs_in_first_and_comes_back(self, invited):
        nia, window = UserFactory(email="nia@example.org"), Client()
        page = Page.of(window.get(invited))
        assert (
            page.links("Sign in")[-1] == f"/sign-in/?next={invited.replace('/', '%2F')}"
            or invited in page.links("Sign in")[-1]
        )
        assert Page.of(window.post(invited)).status == 409
        window.force_login(nia)
        assert "Welcome to Ward learning." in Page.of(window.post(invited, follow=True)).words
        assert Membership.objects.get(user=nia).role == "contributor"

    def test_with_a_second_factor_the_invitation_lets_nobody_around_it(self, invited, client):
        """The link opens no account that is there: only a signed-in session joins."""
        nia, window = UserFactory(email="nia@example.org"), Client()
        window.post(invited, {"name": "x", "password": "three words apart"})
        assert "_auth_user_id" not in window.session
        assert not Membership.objects.filter(user=nia).exists()

    def test_signed_in_as_someone_else_one_is_told_so(self, invited, client, kofi):
        page = Page.of(client.get(invited))
        assert f"You are signed in as {kofi.email}, which is another address." in page.words
        assert client.post(invited).status_code == 409

    @pytest.mark.parametrize("token", ["nonsense", "é", "A" * 300])
    def test_a_link_that_is_none_gets_a_clear_page(self, client, db, token):
        page = Page.of(client.get(f"/invitations/{token}/"))
        assert page.status == 410
        assert page.headings[0] == "This invitation no longer works"

    def test_after_it_is_accepted_the_link_says_so(self, invited):
        Client().post(invited, {"name": "Nia", "password": ""})
        assert Client().get(invited).status_code == 410
        assert Client().post(invited, {"name": "Nia", "password": ""}).status_code == 410


def test_whoever_signs_in_again_at_a_button_is_led_back_to_the_page(client, kofi):
    page = Page.of(client.get(f"{MEMBERS}invite/", follow=True))
    assert "Nothing has been changed yet. Press the button again." in page.words
    assert "Invite someone" in page.headings
