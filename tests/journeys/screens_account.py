"""The pages of the entrance, of one's own account, and of who works in a programme."""

from __future__ import annotations

from tests.journeys.place import ELECTIVE, INVITED, PASSWORD
from tests.journeys.screens import Ways, screen
from tests.journeys.window import Window

MEMBERS = f"/programmes/{ELECTIVE}/members/"


def with_password(ways: Ways, email: str, path: str = "/sign-in/") -> Window:
    """A window in which someone has just entered their password."""
    window = ways.at(path)
    window.page.get_by_label("E-mail address").fill(email)
    window.page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.press("Sign in")
    return window


@screen("Get a code by e-mail")
def code_by_email(ways: Ways) -> Window:
    return ways.at("/sign-in/code/")


@screen("Enter the code")
def code_that_is_wrong(ways: Ways) -> Window:
    window = ways.at("/sign-in/code/")
    window.page.get_by_label("E-mail address").fill("lea@example.org")
    window.press("Send the code")
    window.page.get_by_label("Code").fill("wrong")
    window.press("Go on")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Choose a new password")
def password_forgotten(ways: Ways) -> Window:
    return ways.at("/password/")


@screen("Accounts are by invitation")
def signing_up_is_closed(ways: Ways) -> Window:
    return ways.at("/sign-up/")


@screen("One more step")
def second_factor_asked_for(ways: Ways) -> Window:
    window = with_password(ways, "gina@example.org")
    window.page.get_by_label("Code").fill("000000")
    window.press("Go on")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Your account")
def account(ways: Ways) -> Window:
    return ways.at("/account/", "manager")


@screen("Second factor")
def second_factor(ways: Ways) -> Window:
    return ways.at("/account/second-factor/", "manager")


@screen("Is it you?")
def asked_again(ways: Ways) -> Window:
    return ways.at("/account/second-factor/app/", "manager")


def confirmed(ways: Ways, path: str) -> Window:
    """A page for which one has to show again that it is oneself."""
    window = ways.at(path, "manager")
    if window.heading == "Is it you?":
        window.page.get_by_label("Password", exact=True).fill(PASSWORD)
        window.press("Go on")
    return window


@screen("Set up an app")
def app_to_set_up(ways: Ways) -> Window:
    return confirmed(ways, "/account/second-factor/app/")


@screen("Add a passkey")
def passkey_to_add(ways: Ways) -> Window:
    return confirmed(ways, "/account/passkeys/add/")


@screen("Passkeys")
def passkeys(ways: Ways) -> Window:
    return ways.at("/account/passkeys/", "manager")


@screen("Change your password")
def password_to_change(ways: Ways) -> Window:
    window = ways.at("/account/password/", "manager")
    window.press("Save the new password")
    return window


@screen("Where you are signed in")
def sessions(ways: Ways) -> Window:
    return ways.at("/account/sessions/", "manager")


@screen("Tokens for programs")
def token_just_made(ways: Ways) -> Window:
    window = ways.at("/account/tokens/", "manager")
    window.page.get_by_label("Name").fill("Ward dashboard")
    window.press("Make the token")
    window.page.get_by_text("Copy it now").wait_for()
    return window


@screen("Tokens for programs")
def token_without_a_name(ways: Ways) -> Window:
    window = ways.at("/account/tokens/", "manager")
    window.press("Make the token")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Members")
def members_as_a_curator_sees_them(ways: Ways) -> Window:
    window = ways.at(MEMBERS, "manager")
    window.press("Send the invitation")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Members")
def members_as_a_contributor_sees_them(ways: Ways) -> Window:
    return ways.at(MEMBERS, "contributor")


@screen("Leave")
def leaving(ways: Ways) -> Window:
    return ways.at(f"{MEMBERS}leave/", "contributor")


@screen("Remove")
def removing(ways: Ways) -> Window:
    window = ways.at(MEMBERS, "manager")
    window.follow("Remove")
    return window


@screen("Join")
def invitation(ways: Ways) -> Window:
    window = ways.at(f"/invitations/{INVITED}/")
    window.page.get_by_label("Password (optional)").fill("short")
    window.press("Join the programme")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Join")
def invitation_of_someone_else(ways: Ways) -> Window:
    return ways.at(f"/invitations/{INVITED}/", "contributor")


@screen("This invitation no longer works")
def invitation_gone(ways: Ways) -> Window:
    return ways.at("/invitations/nonsense/")
