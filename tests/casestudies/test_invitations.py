"""Inviting someone to a programme: who may, what is sent, and who gets in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from casestudies.errors import Conflict, Missing
from casestudies.invitations import accept, invitation_of, invite, invite_again, pending, withdraw_invitation
from casestudies.models import Invitation, Membership
from tests.factories import InvitationFactory, MembershipFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db

AT = "https://insights.example.org/invitations/TOKEN/"


@pytest.fixture
def programme():
    return ProgrammeFactory(name="Ward learning")


@pytest.fixture
def curator(programme) -> User:
    return MembershipFactory(programme=programme, role=Role.CURATOR, user__name="Kofi").user


@pytest.fixture
def offer(programme, curator, mailoutbox, django_capture_on_commit_callbacks):
    """Invite someone, and return the invitation with the token that the e-mail carries."""

    def make(email: str = "nia@example.org", role: str = "contributor") -> tuple[Invitation, str]:
        with django_capture_on_commit_callbacks(execute=True):
            made = invite(person=curator, programme=programme, email=email, role=role, accept_at=AT)
        return made, token_in(mailoutbox[-1])

    return make


def token_in(mail) -> str:
    return re.findall(r"/invitations/([\w-]+)/", mail.body)[0]


class TestInviting:
    def test_the_e_mail_says_who_invites_to_what_and_carries_the_link(self, offer, mailoutbox, settings):
        offer()
        mail = mailoutbox[0]
        assert mail.to == ["nia@example.org"]
        assert mail.subject == f"Invitation to Ward learning – {settings.SITE_NAME}"
        assert "Kofi invites you to work in “Ward learning”" in mail.body
        assert "as contributor" in mail.body
        assert "for 14 days" in mail.body

    def test_the_database_holds_no_token(self, offer):
        made, token = offer()
        row = Invitation.objects.filter(id=made.id).values().get()
        assert token not in str(row)
        assert len(token) >= 43

    def test_the_address_is_kept_in_lower_case(self, offer):
        assert offer(" Nia@Example.org ")[0].email == "nia@example.org"

    @pytest.mark.parametrize(
        ("email", "role", "field"),
        [
            ("nia", "viewer", "email"),
            ("", "viewer", "email"),
            ("nia@example.org", "admin", "role"),
            ("n@x.org", "", "role"),
        ],
    )
    def test_what_is_no_address_or_no_role_is_told(self, programme, curator, email, role, field):
        with pytest.raises(ValidationError) as fault:
            invite(person=curator, programme=programme, email=email, role=role, accept_at=AT)
        assert set(fault.value.message_dict) == {field}

    def test_a_member_is_not_invited(self, programme, curator):
        member = MembershipFactory(programme=programme).user
        with pytest.raises(Conflict) as fault:
            invite(person=curator, programme=programme, email=member.email.upper(), role="viewer", accept_at=AT)
        assert fault.value.field == "email"

    def test_nobody_is_invited_twice_at_once(self, offer):
        offer()
        with pytest.raises(Conflict):
            offer("NIA@example.org")

    def test_an_invitation_that_has_run_out_makes_way_for_another(self, offer):
        made, _ = offer()
        Invitation.objects.filter(id=made.id).update(expires=timezone.now() - timedelta(seconds=1))
        again, _ = offer()
        assert again.id != made.id

    def test_the_database_holds_one_open_invitation_for_each_address(self, programme):
        InvitationFactory(programme=programme, email="nia@example.org")
        with pytest.raises(IntegrityError, match="invitation_open_once"), transaction.atomic():
            InvitationFactory(programme=programme, email="nia@example.org")

    @pytest.mark.parametrize(
        ("site", "inside", "may"),
        [
            ("viewer", "curator", True),
            ("admin", None, True),
            ("curator", None, False),
            ("viewer", "contributor", False),
            ("contributor", None, False),
        ],
    )
    def test_only_its_own_curators_and_administrators_invite(self, programme, site, inside, may):
        """A curator of the site who could invite would reach the withheld words of any programme."""
        person = UserFactory(role=site)
        if inside:
            MembershipFactory(programme=programme, user=person, role=inside)
        if may:
            invite(person=person, programme=programme, email="nia@example.org", role="viewer", accept_at=AT)
        else:
            with pytest.raises(PermissionDenied):
                invite(person=person, programme=programme, email="nia@example.org", role="viewer", accept_at=AT)

    def test_a_mail_server_that_is_away_costs_no_invitation(
        self, programme, curator, settings, django_capture_on_commit_callbacks
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
        with django_capture_on_commit_callbacks(execute=True):
            made = invite(person=curator, programme=programme, email="nia@example.org", role="viewer", accept_at=AT)
        made.refresh_from_db()
        assert made.sent is None
        assert list(pending(programme)) == [made]

    def test_it_knows_when_it_was_sent(self, offer):
        made, _ = offer()
        made.refresh_from_db()
        assert made.sent is not None


class TestSendingAgainAndWithdrawing:
    def test_sent_again_the_earlier_link_no_longer_works(
        self, offer, curator, mailoutbox, django_capture_on_commit_callbacks
    ):
        made, token = offer()
        with django_capture_on_commit_callbacks(execute=True):
            invite_again(person=curator, invitation=made, accept_at=AT)
        with pytest.raises(Missing):
            invitation_of(token)
        assert invitation_of(token_in(mailoutbox[-1])) == made

    def test_sent_again_one_that_has_run_out_is_open_again(self, offer, curator):
        made, _ = offer()
        Invitation.objects.filter(id=made.id).update(expires=timezone.now() - timedelta(days=1))
        assert invite_again(person=curator, invitation=made, accept_at=AT).expires > timezone.now()

    def test_withdrawn_its_link_works_no_more_and_the_list_forgets_it(self, offer, curator, programme):
        made, token = offer()
        withdraw_invitation(person=curator, invitation=made)
        with pytest.raises(Missing):
            accept(token=token)
        assert not pending(programme).exists()

    def test_an_answered_one_is_neither_sent_again_nor_withdrawn(self, offer, curator):
        made, token = offer()
        accept(token=token)
        with pytest.raises(Conflict):
            invite_again(person=curator, invitation=made, accept_at=AT)
        with pytest.raises(Conflict):
            withdraw_invitation(person=curator, invitation=made)

    def test_strangers_do_neither(self, offer):
        made, _ = offer()
        stranger = UserFactory(role=Role.CURATOR)
        with pytest.raises(PermissionDenied):
            invite_again(person=stranger, invitation=made, accept_at=AT)
        with pytest.raises(PermissionDenied):
            withdraw_invitation(person=stranger, invitation=made)


class TestAccepting:
    def test_it_makes_an_account_that_reads_the_site_and_works_in_this_programme(self, offer, programme):
        _, token = offer()
        person = accept(token=token, name="Nia Novak", password="three words apart")
        assert (person.email, person.name, person.role) == ("nia@example.org", "Nia Novak", "viewer")
        assert person.check_password("three words apart")
        assert Membership.objects.get(user=person).role == "contributor"

    def test_without_a_password_they_sign_in_by_code(self, offer):
        assert not accept(token=offer()[1]).has_usable_password()

    def test_whoever_has_an_account_joins_with_it(self, offer, programme):
        nia = UserFactory(email="nia@example.org", role=Role.ANALYST)
        person = accept(token=offer()[1], person=nia, name="Someone else", password="not mine")
        assert person == nia
        nia.refresh_from_db()
        assert (nia.role, nia.name == "Someone else") == ("analyst", False)
        assert Membership.objects.filter(user=nia, programme=programme).exists()

    def test_the_link_alone_does_not_open_an_account_that_is_there(self, offer):
        UserFactory(email="nia@example.org")
        with pytest.raises(Conflict):
            accept(token=offer()[1])

    def test_it_is_for_the_invited_address_alone(self, offer):
        with pytest.raises(Conflict):
            accept(token=offer()[1], person=UserFactory(email="mallory@example.org"))

    def test_it_works_once(self, offer):
        _, token = offer()
        person = accept(token=token)
        with pytest.raises(Missing):
            accept(token=token, person=person)

    def test_not_after_it_has_run_out(self, offer):
        made, token = offer()
        Invitation.objects.filter(id=made.id).update(expires=timezone.now())
        with pytest.raises(Missing):
            accept(token=token)

    @pytest.mark.parametrize("token", ["", "nonsense", "é", "A" * 500])
    def test_what_is_no_token_opens_nothing(self, token):
        with pytest.raises(Missing):
            invitation_of(token)

    def test_whoever_became_a_member_meanwhile_keeps_their_role(self, offer, programme):
        _, token = offer(role="viewer")
        nia = UserFactory(email="nia@example.org")
        MembershipFactory(user=nia, programme=programme, role="curator")
        accept(token=token, person=nia)
        assert Membership.objects.get(user=nia).role == "curator"
