"""`manage.py token`: a token alone on stdout, for a person who is made if need be."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from knox.auth import TokenAuthentication

from accounts.models import AccessToken, User
from casestudies.models import Membership
from tests.factories import MembershipFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db


def token(*arguments: str) -> str:
    said = StringIO()
    call_command("token", *arguments, stdout=said)
    return said.getvalue()


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("programme__slug", "role"))


def test_it_makes_the_person_and_their_memberships_and_prints_a_token_alone():
    ProgrammeFactory(slug="vaccination")
    ProgrammeFactory(slug="recovery")
    said = token("Nurse@ward.example", "--role", "contributor", "--programme", "vaccination", "--programme", "recovery")
    assert said == said.strip() + "\n"
    person, _ = TokenAuthentication().authenticate_credentials(said.strip().encode())
    assert (person.email, person.role) == ("nurse@ward.example", "contributor")
    assert roles() == {"vaccination": "contributor", "recovery": "contributor"}


def test_it_can_be_repeated_and_gives_another_token_each_time():
    ProgrammeFactory(slug="vaccination")
    asked = ("nurse@ward.example", "--role", "contributor", "--programme", "vaccination")
    assert token(*asked) != token(*asked)
    assert (User.objects.count(), Membership.objects.count(), AccessToken.objects.count()) == (1, 1, 2)


def test_without_a_role_a_new_person_is_a_viewer_also_in_the_programme():
    ProgrammeFactory(slug="vaccination")
    token("nurse@ward.example", "--programme", "vaccination")
    assert User.objects.get().role == "viewer"
    assert roles() == {"vaccination": "viewer"}


def test_without_a_role_a_member_stays_what_they_are():
    member = MembershipFactory(programme__slug="vaccination", role="curator", user__role="viewer")
    token(member.user.email, "--programme", "vaccination")
    member.refresh_from_db()
    assert (member.role, member.user.role) == ("curator", "viewer")


def test_a_role_that_is_given_becomes_theirs_there():
    member = MembershipFactory(programme__slug="vaccination", role="viewer")
    token(member.user.email, "--role", "curator", "--programme", "vaccination")
    assert roles() == {"vaccination": "curator"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["not an address"], "valid email"),
        (["nurse@ward.example", "--role", "king"], "invalid choice"),
        (["nurse@ward.example", "--programme", "vacination"], "There is no programme “vacination”.*vaccination"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(arguments, says):
    ProgrammeFactory(slug="vaccination")
    with pytest.raises(CommandError, match=says):
        token(*arguments)
    assert not User.objects.exists()
    assert not AccessToken.objects.exists()
