"""From said to answered: a curator declines with a reason, and whoever said it opens the receipt."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.steps.analyst import Analyst
from tests.journeys.window import PHONE

pytestmark = pytest.mark.xdist_group("journeys")
SAID = "The linen trolley stands before the fire door on bay six."
REASON = "Estates moved the trolley in May."


def test_a_curator_declines_with_a_reason_and_the_nurse_opens_the_receipt(open_window):
    nurse = open_window("contributor", width=PHONE)
    nurse.open("/insights/log/")
    nurse.page.get_by_label("What was found, heard or recommended?").fill(SAID)
    nurse.page.get_by_role("radio", name="Finding", exact=True).check()
    nurse.page.get_by_role("radio", name="Staff", exact=True).check()
    nurse.press("Submit")
    code = nurse.page.locator(".lhs-code").inner_text()

    curator = open_window("curator")
    curator.open("/submitted/")
    card = curator.page.get_by_role("article").filter(has_text=SAID)
    card.get_by_text("Decline with a reason").click()
    card.get_by_label("Why is it declined?").fill(REASON)
    card.get_by_role("button", name="Decline").click()
    expect(curator.page.get_by_role("alert")).to_contain_text("Declined.")
    expect(curator.page.locator("main")).not_to_contain_text(SAID)

    # Without an account, on any telephone.
    anyone = open_window(width=PHONE)
    anyone.open("/r/")
    anyone.page.get_by_label("Code").fill(code.lower())
    anyone.press("See what became of it")
    assert anyone.heading.endswith("What became of it")
    expect(anyone.page.locator("main")).to_contain_text("Declined.")
    expect(anyone.page.locator("main")).to_contain_text(REASON)
    expect(anyone.page.locator("body")).not_to_contain_text("linen trolley")

    nurse.open("/notices/")
    nurse.follow("was declined, with a reason")
    expect(nurse.page.locator("main")).to_contain_text(REASON)


@pytest.mark.parametrize("who", [None, "leader"])
def test_an_outsider_with_a_link_to_a_draft_gets_nothing(open_window, programme: Analyst, who):
    programme.when_they_post("The blanket warmer has a mind of its own.", title="Blanket warmer")
    draft = programme.insight
    outsider = open_window(who)
    for path in ("", "versions/", "comments/", "history/"):
        answer = outsider.open(f"/insights/{draft['id']}/{path}")
        assert answer.status == 404 or outsider.heading == "Sign in"
        assert "lanket" not in outsider.page.content()
    outsider.open(draft["receipts"][0]["url"])
    expect(outsider.page.locator("main")).to_contain_text("Heard.")
    assert "lanket" not in outsider.page.content()
    assert draft["id"] not in outsider.page.content()
