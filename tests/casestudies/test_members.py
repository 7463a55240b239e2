"""Who works in a programme: roles changed, members removed, members who leave, and the last who looks after it."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.models import Role, User
from casestudies.errors import Conflict, Missing
from casestudies.members import change_role, leave, member_of, members, remove
from casestudies.models import Membership
from tests.factories import MembershipFactory, ProgrammeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def curator(programme) -> User:
    return MembershipFactory(programme=programme, role=Role.CURATOR).user


@pytest.fixture
def member(programme, curator) -> Membership:
    return MembershipFactory(programme=programme, role=Role.CONTRIBUTOR)


def role_of(person: User, programme) -> str | None:
    return Membership.objects.filter(user=person, programme=programme).values_list("role", flat=True).first()


def test_members_see_each_other_and_strangers_do_not(programme, curator, member):
    assert {one.user for one in members(person=member.user, programme=programme)} == {curator, member.user}
    assert members(person=UserFactory(role=Role.ADMIN), programme=programme).count() == 2
    for stranger in (UserFactory(role=Role.CURATOR), MembershipFactory(role=Role.CURATOR).user):
        with pytest.raises(PermissionDenied):
            members(person=stranger, programme=programme)


def test_someone_who_has_left_the_site_is_not_listed(programme, curator, member):
    User.objects.filter(id=member.user_id).update(is_active=False)
    assert [one.user for one in members(person=curator, programme=programme)] == [curator]


def test_a_curator_gives_another_role(programme, curator, member):
    change_role(person=curator, member=member, role="analyst")
    assert role_of(member.user, programme) == "analyst"


@pytest.mark.parametrize("role", ["admin", "", "owner"])
def test_a_role_that_is_not_offered_is_told(curator, member, role):
    with pytest.raises(ValidationError) as fault:
        change_role(person=curator, member=member, role=role)
    assert set(fault.value.message_dict) == {"role"}


def test_a_curator_removes_a_member(programme, curator, member):
    remove(person=curator, member=member)
    assert role_of(member.user, programme) is None


def test_who_removes_whom_is_in_the_history(curator, member):
    remove(person=curator, member=member)
    assert "delete" in Membership._meta.apps.get_model("casestudies", "MembershipEvent").objects.filter(
        pgh_obj_id=member.id
    ).values_list("pgh_label", flat=True)


def test_nobody_else_changes_anything(programme, curator, member):
    others = [
        member.user,
        UserFactory(role=Role.CURATOR),
        MembershipFactory(role=Role.CURATOR).user,
        MembershipFactory(programme=programme, role=Role.ANALYST).user,
    ]
    for other in others:
        with pytest.raises(PermissionDenied):
            change_role(person=other, member=member, role="curator")
        with pytest.raises(PermissionDenied):
            remove(person=other, member=member)


def test_the_last_curator_is_neither_removed_nor_given_less(programme, curator, member):
    own = Membership.objects.get(user=curator)
    for act in (
        lambda: change_role(person=curator, member=own, role="viewer"),
        lambda: remove(person=UserFactory(role=Role.ADMIN), member=own),
        lambda: leave(person=curator, programme=programme),
    ):
        with pytest.raises(Conflict, match="Nobody else looks after this programme"):
            act()
    assert role_of(curator, programme) == "curator"


def test_with_another_curator_one_may_go(programme, curator, member):
    change_role(person=curator, member=member, role="curator")
    leave(person=curator, programme=programme)
    assert role_of(curator, programme) is None


def test_a_curator_who_has_left_the_site_does_not_count(programme, curator, member):
    MembershipFactory(programme=programme, role=Role.CURATOR, user__is_active=False)
    with pytest.raises(Conflict):
        leave(person=curator, programme=programme)


def test_any_member_leaves(programme, member):
    leave(person=member.user, programme=programme)
    assert role_of(member.user, programme) is None


def test_whoever_is_no_member_has_nothing_to_leave(programme):
    with pytest.raises(Missing):
        leave(person=UserFactory(role=Role.ADMIN), programme=programme)


def test_a_member_of_another_programme_is_none_of_this_one(programme):
    with pytest.raises(Missing):
        member_of(programme=programme, member_id=MembershipFactory().id)


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_curators_who_leave_at_once_one_stays():
    programme = ProgrammeFactory()
    both = [MembershipFactory(programme=programme, role=Role.CURATOR).user for _ in range(2)]
    together, told = threading.Barrier(2), []

    def go(person: User) -> None:
        try:
            together.wait()
            leave(person=person, programme=programme)
            told.append("left")
        except Conflict:
            told.append("stays")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(person,)) for person in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["left", "stays"]
    assert Membership.objects.filter(programme=programme).count() == 1
