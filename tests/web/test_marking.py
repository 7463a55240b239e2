"""The words that weighed are marked where they stand: whole words, whatever their case, and never as HTML."""

from __future__ import annotations

import pytest

from tests.factories import InsightFactory, TagFactory, TaggingFactory, habit
from tests.web.pages import Page
from web.pages.marking import marked, quoted_in


def of(text: str, *terms: str) -> list[str]:
    """Return what is marked, and hold that nothing of the text is lost."""
    pieces = marked(text, terms)
    assert "".join(piece.text for piece in pieces) == text
    return [piece.text for piece in pieces if piece.marked]


def test_the_words_a_reason_quotes():
    reasons = ["Words that weighed most: “nobody”, “no answer”.", "Words that weighed most: “nobody”."]
    assert quoted_in(reasons) == ["nobody", "no answer"]
    assert quoted_in(["The meaning of the text as a whole, more than any single word."]) == []


def test_whole_words_are_marked_whatever_their_case():
    assert of("Staff told staff, and the staffing was short.", "staff") == ["Staff", "staff"]
    assert of("The staff's own words", "staff") == [], "the tagger reads that as another word"
    assert of("the staff’s room", "staff's") == ["staff’s"]


@pytest.mark.parametrize("text", ["There was no answer.", "There was No  answer", "no\nanswer", "no – answer"])
def test_a_pair_is_marked_as_one_whatever_stands_between(text):
    [found] = of(text, "no answer")
    assert found.lower().startswith("no")
    assert found.endswith("answer")


def test_what_overlaps_is_marked_once():
    assert of("waiting list numbers", "waiting list", "list numbers") == ["waiting list numbers"]
    assert of("waiting list", "waiting", "waiting list") == ["waiting list"]


def test_words_with_marks_of_their_own_are_no_patterns():
    assert of("a.b (c) [d]*", ".*", "", "(", "%%") == []
    assert of("") == []
    assert of("Ünïcode über alles", "über") == ["über"]


@pytest.mark.django_db
class TestOnThePage:
    @pytest.fixture(autouse=True)
    def _everyone_may_read(self, settings):
        settings.ANONYMOUS_READING = True

    def page(self, client, text: str, **said) -> Page:
        insight = InsightFactory(text=text)
        TagFactory(insight=insight, code=habit("staff"), reason="Words that weighed most: “workload”.", **said)
        TaggingFactory(insight=insight)
        return Page.of(client.get(f"/insights/{insight.id}/"))

    def test_the_words_of_a_suggestion_are_marked_with_a_key(self, client):
        page = self.page(client, "The workload grew <b>daily</b> & at night.")
        assert '<mark class="lhs-mark-word">workload</mark> grew &lt;b&gt;daily&lt;/b&gt; &amp; at night.' in page.html
        assert "Marked are the words that weighed most" in page.words
        assert "The workload grew" in page.words, "read aloud as it was"

    def test_a_word_of_html_stays_a_word(self, client):
        page = self.page(client, "<script>workload</script>")
        assert "<script>workload" not in page.html

    def test_what_a_person_decided_marks_nothing(self, client):
        page = self.page(client, "The workload grew.", rejected=True)
        assert "<mark" not in page.html
        assert "weighed most in what" not in page.words
