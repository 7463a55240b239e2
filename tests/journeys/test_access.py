"""Let in: invited by e-mail, with a code, with a second factor, with a passkey; and signed out everywhere."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from playwright.sync_api import expect

from tests.journeys.conftest import Open
from tests.journeys.place import ELECTIVE, PASSWORD, Place
from tests.journeys.window import DESK, PHONE, Window

pytestmark = pytest.mark.xdist_group("journeys")

MEMBERS = f"/programmes/{ELECTIVE}/members/"


def sign_in(window: Window, email: str, password: str = PASSWORD) -> None:
    window.open("/sign-in/")
    window.page.get_by_label("E-mail address").fill(email)
    window.page.get_by_label("Password", exact=True).fill(password)
    window.press("Sign in")


def confirm(window: Window) -> None:
    assert window.heading == "Is it you?"
    window.page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.press("Go on")


def is_signed_in(window: Window) -> bool:
    window.open("/account/")
    return window.heading == "Your account"


def app_shows(key: str, steps: int = 0) -> str:
    return f"{hotp_value(key, int(time.time()) // 30 + steps):06}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_nurse_is_invited_by_e_mail_and_joins(place: Place, open_window: Open, width: int, scripts: bool):
    email = f"nurse{width}{scripts:d}@example.org"
    curator = open_window("manager", width=width, scripts=scripts)
    curator.open("/account/")
    curator.follow("Members")
    curator.page.get_by_label("E-mail address").fill(email)
    curator.press("Send the invitation")
    expect(curator.page.get_by_role("alert")).to_contain_text(f"{email} is invited.")
    link = re.search(r"http://\S+/invitations/\S+", place.last_mail(email))
    assert link
    nurse = open_window(width=width, scripts=scripts)
    nurse.open(link[0])
    nurse.page.get_by_label("Your name").fill("Nurse Nia")
    nurse.page.get_by_label("Password (optional)").fill("three words apart")
    nurse.press("Join the programme")
    expect(nurse.page.get_by_role("alert")).to_contain_text("Welcome to")
    assert nurse.path == MEMBERS
    curator.open(MEMBERS)
    expect(curator.page.locator("main")).to_contain_text(email)


def test_a_leader_without_a_password_at_hand_gets_a_code(place: Place, open_window: Open):
    window = open_window(width=PHONE)
    window.open("/case-studies/")
    window.page.get_by_role("link", name="Sign in").click()
    window.follow("Get a code by e-mail")
    window.page.get_by_label("E-mail address").fill("lea@example.org")
    window.press("Send the code")
    code = re.search(r"sign in is\n\n(\S+)", place.last_mail("lea@example.org"))
    assert code
    window.page.get_by_label("Code").fill(code[1])
    window.press("Go on")
    assert window.path == "/case-studies/"
    assert is_signed_in(window)


def test_with_an_app_the_password_alone_lets_nobody_in(place: Place, open_window: Open):
    window = open_window(width=PHONE)
    sign_in(window, "ines@example.org")
    window.open("/account/second-factor/")
    window.press("Set up an app")
    confirm(window)
    key = window.page.locator("code").inner_text()
    window.page.get_by_label("Code").fill(app_shows(key))
    window.press("Use this app")
    assert window.heading == "Recovery codes"
    recovery = window.page.locator("main li code").all_inner_texts()
    assert len(recovery) == 10
    other = open_window(width=PHONE)
    sign_in(other, "ines@example.org")
    assert other.heading == "One more step"
    assert not is_signed_in(other)
    assert other.heading == "One more step"
    other.page.get_by_label("Code").fill(recovery[0])
    other.press("Go on")
    assert is_signed_in(other)


def test_a_passkey_signs_in_alone(place: Place, open_window: Open):
    window = open_window(width=PHONE)
    phone = window.context.new_cdp_session(window.page)
    phone.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    phone.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(window, "ivo@example.org")
    window.open("/account/passkeys/add/")
    confirm(window)
    window.page.get_by_label("Name of this passkey").fill("Ward phone")
    window.page.get_by_label("Sign in with this passkey alone").check()
    window.press("Add the passkey")
    window.page.get_by_role("heading", name="Recovery codes").wait_for()
    window.open("/account/passkeys/")
    expect(window.page.locator("main")).to_contain_text("Ward phone Signs in alone")
    window.press("Sign out")
    window.page.get_by_role("link", name="Sign in").first.wait_for()
    window.open("/sign-in/?next=/account/passkeys/")
    window.press("Sign in with a passkey")
    window.page.get_by_role("heading", name="Passkeys").wait_for()
    assert window.path == "/account/passkeys/"


def test_without_a_passkey_the_browser_s_no_is_told_in_words(open_window: Open):
    window = open_window(width=PHONE)
    phone = window.context.new_cdp_session(window.page)
    phone.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    phone.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    window.open("/sign-in/")
    window.press("Sign in with a passkey")
    expect(window.page.get_by_role("alert")).to_contain_text("That did not work. Try again, or use another way.")


def test_a_forgotten_phone_is_signed_out_from_elsewhere(open_window: Open):
    forgotten, desk = open_window(width=PHONE), open_window(width=DESK)
    for window in (forgotten, desk):
        sign_in(window, "fay@example.org")
        assert is_signed_in(window)
    desk.follow("See where, or sign out")
    desk.press("Sign out everywhere else")
    expect(desk.page.get_by_role("alert")).to_contain_text("You are signed out everywhere else.")
    assert not is_signed_in(forgotten)
    assert is_signed_in(desk)
