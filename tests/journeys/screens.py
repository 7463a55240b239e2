"""Every page there is, in each state that looks different, and the way to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tests.journeys.place import ELECTIVE, Place
from tests.journeys.window import PHONE, Window

STUDY = "/case-studies/elective-recovery/"


class Open(Protocol):
    """Opens a window; see conftest."""

    def __call__(self, who: str | None = None, *, width: int = ..., for_axe: bool = ...) -> Window: ...


class Ways:
    """Ways to pages. `waiting` is an insight that was sent in and is tagged, `draft` one that nobody has seen."""

    def __init__(self, place: Place, open_window: Open, waiting: dict[str, Any], draft: dict[str, Any]) -> None:
        self.place = place
        self._open_window = open_window
        self.waiting = f"/insights/{waiting['id']}/"
        self.draft = f"/insights/{draft['id']}/"
        self.receipt = draft["receipts"][0]["code"]

    def window(self, who: str | None = None) -> Window:
        """A phone that axe may look into."""
        return self._open_window(who, width=PHONE, for_axe=True)

    def at(self, path: str, who: str | None = None) -> Window:
        """A window at an address."""
        window = self.window(who)
        window.open(path)
        return window


Way = Callable[[Ways], Window]
SCREENS: dict[str, tuple[str, Way]] = {}


def screen(heading: str) -> Callable[[Way], Way]:
    """Note a way to a page, with the heading by which to know that it led there."""

    def note(way: Way) -> Way:
        SCREENS[way.__name__.replace("_", " ")] = (heading, way)
        return way

    return note


@screen("What care teams learned, kept and found again")
def home(ways: Ways) -> Window:
    return ways.at("/")


@screen("Case studies")
def case_studies(ways: Ways) -> Window:
    return ways.at("/case-studies/")


@screen("North Central London's accelerated elective recovery programme")
def case_study(ways: Ways) -> Window:
    return ways.at(STUDY)


@screen("North Central London's accelerated elective recovery programme")
def case_study_recommendations(ways: Ways) -> Window:
    return ways.at(f"{STUDY}#recommendations")


@screen("Insights")
def insights(ways: Ways) -> Window:
    return ways.at("/insights/")


@screen("Insights")
def insights_filtered(ways: Ways) -> Window:
    return ways.at("/insights/?habit=staff&habit_state=suggested&kind=finding&q=staff&no-such-filter=1&level=planet")


@screen("Insights")
def insights_none_found(ways: Ways) -> Window:
    return ways.at("/insights/?q=exaustion&kind=finding")


@screen("How the five habits of a learning system are tagged, and how far to trust it")
def tagger(ways: Ways) -> Window:
    return ways.at("/tagger/")


@screen("Algorithmic transparency record")
def transparency_record(ways: Ways) -> Window:
    return ways.at("/tagger/transparency/")


@screen("Continuity of care")
def insight(ways: Ways) -> Window:
    found = next(one for one in ways.place.published() if one["external_id"] == "ele-r01")
    return ways.at(f"/insights/{found['id']}/")


@screen("Finding")
def insight_as_its_team_sees_it(ways: Ways) -> Window:
    return ways.at(ways.waiting, "contributor")


@screen("Finding")
def insight_as_a_curator_sees_it(ways: Ways) -> Window:
    return ways.at(ways.waiting, "curator")


@screen("Finding")
def insight_declined_without_a_reason(ways: Ways) -> Window:
    window = ways.at(ways.waiting, "curator")
    window.page.get_by_text("Decline with a reason").click()
    window.press("Decline")
    return window


@screen("Finding")
def insight_just_decided(ways: Ways) -> Window:
    window = ways.at(ways.waiting, "curator")
    window.press("Reject Feedback")
    window.page.get_by_text("You rejected Feedback.").wait_for()
    return window


@screen("Saved")
def logged_and_not_tagged_yet(ways: Ways) -> Window:
    window = ways.at("/insights/log/", "contributor")
    with ways.place.tagger_held_up():
        window.page.get_by_label("What was found").fill("The porters wait for the lift, and the clinic waits for them.")
        window.page.get_by_role("radio", name="Finding", exact=True).check()
        window.page.get_by_role("radio", name="Data", exact=True).check()
        window.press("Save draft")
        window.page.get_by_text("Tags appear in a few seconds").wait_for()
        # What is on the page stays as it is from here on: whenever its script asks, there is nothing new.
        window.page.route("**/tags/**", lambda route: route.fulfill(status=204))
    return window


@screen("Log an insight")
def log(ways: Ways) -> Window:
    return ways.at("/insights/log/", "contributor")


@screen("Log an insight")
def log_with_faults(ways: Ways) -> Window:
    window = ways.at("/insights/log/", "contributor")
    window.page.get_by_text("More", exact=True).click()
    window.page.get_by_label("Day").fill("31")
    window.page.get_by_label("Month").fill("2")
    window.press("Submit")
    window.page.get_by_role("heading", name="There is a problem").wait_for()
    return window


@screen("Log at the bedside")
def bedside(ways: Ways) -> Window:
    return ways.at("/insights/log/bedside/", "contributor")


@screen("Log at the bedside")
def bedside_with_one_saved_just_now(ways: Ways) -> Window:
    window = bedside(ways)
    window.page.get_by_label("What was found").fill("The chair beside bed two is too low to get up from.")
    window.page.get_by_role("radio", name="Observation", exact=True).check()
    window.press("Save draft")
    window.page.get_by_text("Are these habits right?").wait_for()
    window.page.get_by_text("Suggested by the tagger").first.wait_for()
    return window


def _one_that_waits(ways: Ways, **date: str) -> Window:
    window = bedside(ways)
    window.page.locator("form[data-keeps]").wait_for()
    window.page.get_by_text("More", exact=True).click()
    for part, number in date.items():
        window.page.get_by_label(part.capitalize(), exact=True).fill(number)
    window.page.get_by_label("What was found").fill("The call bell of bed nine does not ring.")
    window.page.get_by_role("radio", name="Finding", exact=True).check()
    window.context.set_offline(True)
    window.press("Save draft")
    window.page.get_by_text("1 waiting to send").wait_for()
    return window


@screen("Log at the bedside")
def bedside_with_one_that_waits(ways: Ways) -> Window:
    return _one_that_waits(ways)


@screen("Log at the bedside")
def bedside_with_one_to_mend(ways: Ways) -> Window:
    window = _one_that_waits(ways, day="31", month="2", year="2021")
    window.context.set_offline(False)
    window.page.get_by_role("heading", name="This could not be saved").wait_for()
    return window


@screen("There is no network")
def no_network(ways: Ways) -> Window:
    return ways.at("/offline/")


@screen("You are in no programme yet")
def log_without_a_programme(ways: Ways) -> Window:
    return ways.at("/insights/log/", "leader")


@screen("Edit an insight")
def edit(ways: Ways) -> Window:
    return ways.at(f"{ways.draft}edit/", "contributor")


@screen("Edit an insight")
def edit_that_someone_else_was_quicker_with(ways: Ways) -> Window:
    slow, quick = ways.at(f"{ways.draft}edit/", "contributor"), ways.at(f"{ways.draft}edit/", "contributor")
    for window, title in ((quick, "A pump"), (slow, "The pump")):
        window.page.get_by_text("Say more, if you can").click()
        window.page.get_by_label("Title").fill(title)
        window.press("Save")
    slow.page.get_by_text("Someone else saved this insight").wait_for()
    return slow


@screen("Me too")
def me_too(ways: Ways) -> Window:
    return ways.at(f"/insights/{ways.place.published()[0]['id']}/me-too/", "contributor")


@screen("Me too")
def me_too_with_faults(ways: Ways) -> Window:
    window = me_too(ways)
    window.press("Add this voice")
    return window


@screen("Log an insight")
def log_what_has_been_said_already(ways: Ways) -> Window:
    window = ways.at("/insights/log/", "contributor")
    window.page.get_by_label("What was found, heard or recommended?").press_sequentially(
        ways.place.published()[0]["text"][:200]
    )
    window.page.get_by_role("heading", name="Has this been said already?").wait_for()
    return window


TAKE = "/programmes/elective-recovery-north-central-london/report/"
TEXT = (
    "Findings\n\n- Porters wait for the lift at noon.\n- Is it so?\n\nBackground\n\nBeds were short in that winter.\n"
)


@screen("From a report")
def reports(ways: Ways) -> Window:
    return ways.at("/reports/", "contributor")


@screen("Insights from a report")
def report_to_take_in(ways: Ways) -> Window:
    return ways.at(TAKE, "contributor")


@screen("Insights from a report")
def report_that_cannot_be_read(ways: Ways) -> Window:
    window = ways.at(TAKE, "contributor")
    window.page.get_by_label("Or choose a file").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"}
    )
    window.press("Read and cut it")
    return window


@screen("A review")
def report_cut(ways: Ways) -> Window:
    window = ways.at(TAKE, "contributor")
    window.page.get_by_label("Paste the report's text").fill(f"{TEXT}- {ways.place.published()[0]['text']}\n")
    window.page.get_by_label("What is it called?").fill("A review")
    window.press("Read and cut it")
    window.page.get_by_text("may have been said already").wait_for(timeout=60_000)
    return window


@screen("A review")
def report_with_faults(ways: Ways) -> Window:
    window = report_cut(ways)
    window.page.get_by_label("Text").first.fill("ab")
    window.page.get_by_text("It is not in the list").click()
    window.page.get_by_label("Name of the activity").fill("A day")
    window.press("Save ticked as drafts")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("A review")
def report_saved(ways: Ways) -> Window:
    window = report_cut(ways)
    window.press("Save ticked as drafts")
    window.page.get_by_text("1 draft saved").wait_for()
    return window


@screen("Throw this report away?")
def report_to_throw_away(ways: Ways) -> Window:
    window = report_cut(ways)
    window.follow("Throw this report away")
    return window


@screen("Log an insight")
def log_what_may_tell_who_somebody_is(ways: Ways) -> Window:
    window = ways.at("/insights/log/", "contributor")
    field = window.page.get_by_label("What was found, heard or recommended?")
    field.press_sequentially("Nurse Sarah Jones says: ring 07700 900123.")
    window.page.get_by_role("button", name="Replace all 2").wait_for()
    return window


@screen("Saved")
def an_insight_that_may_tell_who_somebody_is(ways: Ways) -> Window:
    window = ways.at("/insights/log/", "contributor")
    window.page.get_by_label("What was found").fill("Nurse Sarah Jones says: ring 07700 900123.")
    window.page.get_by_role("radio", name="Finding", exact=True).check()
    window.page.get_by_role("radio", name="Staff", exact=True).check()
    window.press("Save draft")
    window.page.get_by_role("heading", name="This may tell who somebody is").wait_for()
    return window


@screen("Likely duplicates")
def duplicates(ways: Ways) -> Window:
    return ways.at("/duplicates/", "curator")


@screen("Themes")
def themes(ways: Ways) -> Window:
    return ways.at("/themes/")


@screen("Trust and information")
def theme(ways: Ways) -> Window:
    return ways.at("/themes/trust-and-information/")


@screen("Trust and information")
def theme_as_a_curator_sees_it(ways: Ways) -> Window:
    return ways.at("/themes/trust-and-information/", "curator")


@screen("Trust and information")
def theme_changed_with_faults(ways: Ways) -> Window:
    window = theme_as_a_curator_sees_it(ways)
    window.page.get_by_text("Rename, redefine, move").click()
    window.page.get_by_label("Suggest from a score of").fill("lots")
    window.press("Save")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Begin a theme")
def theme_begun_with_faults(ways: Ways) -> Window:
    window = ways.at("/themes/new/", "curator")
    window.page.get_by_label("Find insights to use as examples").fill("waiting list")
    window.press("Find insights")
    window.page.get_by_role("checkbox").first.check()
    window.press("Begin the theme")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Sign in")
def sign_in(ways: Ways) -> Window:
    return ways.at("/sign-in/")


@screen("Sign in")
def sign_in_with_faults(ways: Ways) -> Window:
    window = ways.at("/sign-in/")
    window.page.get_by_label("E-mail address").fill("ade")
    window.press("Sign in")
    return window


@screen("Sign in as Ola?")
def sign_in_link(ways: Ways) -> Window:
    return ways.at(ways.place.people["guest"])


@screen("Review")
def review(ways: Ways) -> Window:
    return ways.at("/review/", "curator")


@screen("Review")
def review_just_recorded(ways: Ways) -> Window:
    window = ways.at("/review/", "curator")
    window.page.keyboard.press("Enter")
    window.page.get_by_text("Recorded:").wait_for()
    return window


@screen("Decide on a whole filter")
def decision_on_a_whole_filter(ways: Ways) -> Window:
    window = ways.at("/insights/?habit=staff", "curator")
    window.follow("Decide a habit or theme on all of these")
    window.page.get_by_label("Habit or theme").select_option("habits/staff")
    window.press("Count them")
    return window


@screen("How far curators agree")
def agreement(ways: Ways) -> Window:
    return ways.at("/agreement/", "curator")


@screen("How far curators agree")
def sample_without_a_name(ways: Ways) -> Window:
    window = ways.at("/agreement/", "curator")
    window.press("Make the sample")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Judge the sample")
def sample_to_judge(ways: Ways) -> Window:
    window = ways.at("/agreement/", "curator")
    window.page.get_by_label("Name").fill("Spring")
    window.press("Make the sample")
    window.follow("Judge this sample")
    return window


@screen("This link no longer works")
def sign_in_link_used(ways: Ways) -> Window:
    return ways.at("/sign-in/link/?token=AAAA")


@screen("Accessibility statement")
def accessibility(ways: Ways) -> Window:
    return ways.at("/accessibility/")


@screen("We could not read that")
def unreadable(ways: Ways) -> Window:
    window = ways.at("/sign-in/")
    # More fields than any form of ours has.
    window.page.evaluate(
        """() => {
            const form = document.createElement("form");
            form.method = "post";
            for (let n = 0; n <= 10000; n++) form.append(Object.assign(document.createElement("input"), {name: "a"}));
            document.body.append(form);
            form.submit();
        }"""
    )
    window.page.get_by_role("heading", name="We could not read that").wait_for()
    return window


@screen("You may not do that")
def forbidden(ways: Ways) -> Window:
    published = ways.place.published()[0]
    return ways.at(f"/insights/{published['id']}/edit/", "contributor")


@screen("Page not found")
def not_found(ways: Ways) -> Window:
    return ways.at("/no-such-page/")


@screen("Sorry, something went wrong")
def fault_of_ours(ways: Ways) -> Window:
    window = ways.window()
    with ways.place.something_broken():
        window.open("/case-studies/")
    return window


@screen("Please send that again")
def sent_from_elsewhere(ways: Ways) -> Window:
    window = ways.at("/sign-in/")
    window.context.clear_cookies()
    window.press("Sign in")
    return window


@screen("Follow a receipt")
def receipts(ways: Ways) -> Window:
    return ways.at("/r/")


@screen("Follow a receipt")
def receipt_that_nobody_knows(ways: Ways) -> Window:
    return ways.at("/r/00000-00000/")


@screen("What became of it")
def receipt(ways: Ways) -> Window:
    return ways.at(f"/r/{ways.receipt}/")


@screen("Sent in")
def sent_in(ways: Ways) -> Window:
    window = ways.at("/submitted/", "curator")
    window.page.get_by_text("Decline with a reason").first.click()
    return window


@screen("Notices")
def notices(ways: Ways) -> Window:
    return ways.at("/notices/", "curator")


@screen("Finding")
def insight_with_a_comment_that_is_empty(ways: Ways) -> Window:
    window = ways.at(ways.waiting, "curator")
    window.press("Comment")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("Version 1")
def versions(ways: Ways) -> Window:
    return ways.at(f"{ways.draft}versions/1/", "contributor")


@screen("Erase the words for good")
def erase_without_a_reason(ways: Ways) -> Window:
    window = ways.at(f"{ways.waiting}erase/", "admin")
    window.press("Erase the words")
    window.page.get_by_text("There is a problem").wait_for()
    return window


@screen("lective recovery")
def programme(ways: Ways) -> Window:
    return ways.at(f"/programmes/{ELECTIVE}/")
