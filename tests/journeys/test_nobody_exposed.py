"""Nurse, curator, board: what may tell who somebody is, found while one types and gone by one tap."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.screens import Open
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")
FIELD = "What was found, heard or recommended?"
TOLD = "Nurse Sarah Jones says: ring 07700 900123."


def test_one_tap_replaces_what_was_found_and_the_rest_of_what_was_typed_stays(open_window: Open):
    window = open_window("contributor", width=PHONE)
    window.open("/insights/log/")
    page = window.page
    # What looks alike is asked for too: what is pressed before it comes would abort it, and be told as a fault.
    with page.expect_response("**/insights/similar/"):
        page.get_by_label(FIELD).press_sequentially(TOLD)
    with page.expect_response("**/insights/similar/"):
        page.get_by_role("button", name="“Sarah Jones” with [name]").click()
    expect(page.get_by_label(FIELD)).to_have_value("Nurse [name] says: ring 07700 900123.")
    expect(page.get_by_role("button", name="with [phone number]")).to_be_visible()
    expect(page.get_by_role("button", name="with [name]")).to_have_count(0)
    page.get_by_role("radio", name="Finding", exact=True).check()
    page.get_by_role("radio", name="Staff", exact=True).check()
    window.press("Save draft")
    page.wait_for_url("**/logged/")
    page.get_by_role("button", name="with [phone number]").click()
    expect(page.locator(".lhs-said")).to_have_text("Nurse [name] says: ring [phone number].")
    expect(page.get_by_role("heading", name="This may tell who somebody is")).to_have_count(0)
