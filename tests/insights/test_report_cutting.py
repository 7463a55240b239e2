"""A document cut into candidates: where it is cut, what headings say, and what is not offered ticked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.models.words import LONGEST, SHORTEST
from insights.reports.blocks import Block
from insights.reports.cutting import AIM, SECTION, TITLE, Cut, cut
from insights.reports.plain import text_blocks
from insights.reports.rules import rules_for
from insights.reports.sentences import pieces, sentences, titled
from tests.documents import REPORT


def cuts(text: str) -> list[Cut]:
    return cut(text_blocks(text))


def one(text: str) -> Cut:
    [found] = cuts(text)
    return found


def test_findings_and_recommendations_come_out_apart_with_what_their_headings_say():
    found = {each.text: each for each in cuts(REPORT) if each.ticked}
    assert list(found) == [
        "Porters wait for the lift for twenty minutes at noon.",
        "One nurse looks after thirty people at night.",
        "Families did not know whom to ring after visiting hours.",
        "Share one list of free beds between the three hospitals.",
    ]
    porters, night, families, beds = found.values()
    assert (porters.kind, porters.perspective) == ("finding", "staff")
    assert night.title == "Night cover"
    assert (families.kind, families.perspective) == ("finding", "patient")
    assert (beds.kind, beds.level, beds.audiences) == ("recommendation", "system", ("integrated-care-systems",))
    assert porters.section == "Winter wards – Findings – Staff perspectives"


def test_background_and_references_are_there_and_not_ticked_with_the_reason():
    left = {each.text: each.why for each in cuts(REPORT) if not each.ticked}
    assert left == {
        "Beds were short, and the trust asked for a review.": (
            "It stands under “Background”, which is not about what was found or recommended."
        ),
        "Smith J. Learning on wards. 2020.": (
            "It stands under “References”, which is not about what was found or recommended."
        ),
    }


# heading → kind, perspective, level, effect, audience; None where it says nothing of it
HEADINGS = [
    ("Findings", "finding", None, None, None, None),
    ("3.2 Key findings", "finding", None, None, None, None),
    ("What we learned", "finding", None, None, None, None),
    ("Lessons learned", "finding", None, None, None, None),
    ("Recommendations", "recommendation", None, None, None, None),
    ("4. Next steps:", "recommendation", None, None, None, None),
    ("What needs to change", "recommendation", None, None, None, None),
    ("Ward notes", "observation", None, "team", None, None),
    ("Wider reflections", "observation", None, None, None, None),
    ("Patient perspectives", "finding", "patient", None, None, None),
    ("Families’ experiences", "finding", "patient", None, None, None),
    ("Voices of carers", "finding", "patient", None, None, None),
    ("STAFF PERSPECTIVES", "finding", "staff", None, None, None),
    ("New ways of working", "finding", "ways-of-working", None, None, None),
    ("Enablers", "finding", None, None, "enabler", None),
    ("What went well", "finding", None, None, "enabler", None),
    ("Barriers", "finding", None, None, "barrier", None),
    ("Challenges for staff", "finding", "staff", None, "barrier", None),
    ("For integrated care systems", "recommendation", "ways-of-working", "system", None, "integrated-care-systems"),
    ("For regional decision makers", "recommendation", "ways-of-working", "system", None, "regional-decision-makers"),
    ("For trusts", "recommendation", None, "organisation", None, "trusts"),
    ("For national leaders and NHS England", "recommendation", None, "system", None, "national-leaders"),
]


@pytest.mark.parametrize(("heading", "kind", "perspective", "level", "effect", "audience"), HEADINGS)
def test_a_heading_says_this_of_what_stands_under_it(heading, kind, perspective, level, effect, audience):
    found = cut([Block("heading", heading, 1), Block("item", "It takes two weeks from the call to the visit.")])[0]
    assert (found.kind, found.perspective, found.level, found.effect) == (kind, perspective, level, effect)
    assert found.audiences == ((audience,) if audience else ())
    assert found.ticked


@pytest.mark.parametrize(
    "heading",
    [
        *("Background", "1. Introduction", "Methods", "Methodology and data", "Our approach", "About this report"),
        *("Acknowledgements", "References", "Appendix B: topic guide", "Glossary", "Contents", "Aims and objectives"),
        *("How we carried out the interviews", "Foreword", "Contact us", "Further reading", "Thank you"),
    ],
)
def test_what_stands_under_these_is_never_ticked(heading):
    found = cut([Block("heading", heading, 1), Block("item", "It takes two weeks from the call to the visit.")])[0]
    assert not found.ticked
    assert heading in found.why


@pytest.mark.parametrize(
    "heading", ["Methadone clinics", "The referral desk", "Winter 2023", "Learning health systems"]
)
def test_other_headings_say_nothing_of_the_kind(heading):
    assert not any(rule.kind or rule.ticked is not None for rule in rules_for(heading))


def test_the_innermost_heading_that_says_a_thing_counts():
    found = cuts(
        "# Recommendations\n\n## Activities to increase demand\n\n- Champions talk to their neighbours at home.\n"
    )
    assert (found[0].kind, found[0].effect) == ("finding", "enabler")


def test_a_recommendation_is_never_an_enabler_and_a_finding_is_for_no_audience():
    found = cuts(
        "# Enablers\n## Recommendations\n- Share one list of beds.\n# Findings\n## For trusts\n- It is slow here.\n"
    )
    assert (found[0].kind, found[0].effect) == ("recommendation", None)
    assert (found[1].kind, found[1].audiences) == ("finding", ())


def test_where_no_heading_says_anything_all_is_offered_ticked():
    found = cuts("- The lift is slow at noon.\n- Nobody answers the telephone.\n- Why is that so?\n")
    assert [each.ticked for each in found] == [True, True, False]


def test_where_some_heading_speaks_what_none_speaks_of_is_left_unticked():
    found = cuts("# Winter 2023\n\nIt snowed for most of it.\n\n# Findings\n\n- The lift is slow at noon.\n")
    assert [each.ticked for each in found] == [False, True]
    assert found[0].why == "No heading above it says what this is."


def test_the_same_words_twice_are_marked_and_offered_once():
    found = cuts("# Findings\n- The lift is slow.\n- Nobody answers.\n# Recommendations\n- The LIFT is slow\n")
    assert [each.same_as for each in found] == [None, None, 0]
    assert [each.ticked for each in found] == [True, True, False]


def test_a_long_paragraph_is_cut_between_sentences_and_a_short_one_is_not():
    sentence = "Dr. Who said on ward 7 that the night handover takes too long, e.g. when bays open late."
    [whole] = cuts(f"# Findings\n\n{' '.join([sentence] * 6)}\n")
    assert whole.text.count("Dr. Who") == 6
    parts = cuts("# Findings\n\n" + " ".join(f"{sentence[:-1]} {n}." for n in range(20)))
    assert len(parts) > 2
    assert all(part.text.startswith("Dr. Who") and part.text.endswith(".") for part in parts)
    assert max(len(part.text) for part in parts) <= AIM


def test_points_below_a_point_go_with_it_while_they_are_short():
    found = cuts(
        "# Findings\n\n- Champions help people to:\n  - ask questions\n  - find the clinic\n- Another point here.\n"
    )
    assert [each.text for each in found] == [
        "Champions help people to: ask questions; find the clinic.",
        "Another point here.",
    ]


def test_points_that_end_a_sentence_are_said_with_its_beginning():
    found = cuts("# Findings\n\nStaff told us that:\n\n- the lift is slow\n- nobody answers\n")
    assert [each.text for each in found] == ["Staff told us that the lift is slow", "Staff told us that nobody answers"]


def test_a_line_that_leads_in_to_a_list_speaks_like_a_heading():
    found = cuts("# Designing an active future\n\nThe key recommendations are:\n\n- Share one list of free beds.\n")
    assert (found[0].kind, found[0].ticked) == ("recommendation", True)


def test_a_list_in_the_background_stays_there_whatever_leads_in_to_it():
    found = cuts(
        "# Background\n\nWe had five key enablers:\n\n1. Longer hours every day\n\n# Findings\n\n- It is slow.\n"
    )
    assert [each.ticked for each in found] == [False, True]


def test_a_table_is_read_by_the_columns_whose_headings_speak():
    found = cuts(
        "| Area | Finding | Recommendation | Owner |\n|---|---|---|---|\n"
        "| Phones | Nobody answers them at night. | Give each bay a phone. | Ward manager |\n"
    )
    assert [(each.kind, each.title, each.text, each.ticked) for each in found] == [
        ("finding", "Phones", "Nobody answers them at night.", True),
        ("recommendation", "Phones", "Give each bay a phone.", True),
        ("observation", "", "Ward manager", False),
    ]


def test_a_table_whose_cells_hold_headings_and_lists_is_read_like_the_rest():
    found = cuts(
        "Background\tFindings\n<p>Why we did it, in one paragraph.</p>\t"
        "<p><b>Staff perspectives</b></p><ul><li>They wait for the lift.</li></ul>\n"
    )
    assert [(each.perspective, each.ticked) for each in found][1] == ("staff", True)
    assert not found[0].ticked


def test_rows_of_figures_are_not_offered():
    found = cuts("# Findings\n\n| Site | Jan | Feb |\n|---|---|---|\n| North | 3 | 4 |\n\n- It is slower in winter.\n")
    assert [each.ticked for each in found] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "lead", "title", "rest"),
    [
        ("Night cover – One nurse for thirty.", "Night cover", "Night cover", "One nurse for thirty."),
        ("DEPLOY DATA. This would help.", "DEPLOY DATA.", "Deploy data", "This would help."),
        (
            "Continuity of care is what they ask for.",
            "Continuity of care",
            "",
            "Continuity of care is what they ask for.",
        ),
        ("Staffing: There were too few at night.", "", "Staffing", "There were too few at night."),
        ("We saw three things – none of them new.", "", "", "We saw three things – none of them new."),
        ("At 10:30 the lift stops.", "", "", "At 10:30 the lift stops."),
    ],
)
def test_a_title_is_taken_off_only_where_it_is_set_apart(text, lead, title, rest):
    assert titled(text, lead) == (title, rest)


def test_too_short_and_too_long_are_handled():
    assert cuts("# Findings\n\n- ab\n- …\n- The lift is slow.\n")[0].text == "The lift is slow."
    long = cut([Block("heading", "Findings", 1), Block("paragraph", "x" * 12_000)])
    assert [len(each.text) for each in long] == [LONGEST, LONGEST, 2_000]


WILD = st.text(alphabet=st.sampled_from('ab. ?!:;–-A1\u00e9("“'), max_size=80)
BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["heading", "paragraph", "item"]), WILD.map(str.strip), st.integers(0, 8), WILD)
)


@given(BLOCKS)
def test_whatever_a_document_holds_every_candidate_fits_an_insight(blocks):
    found = cut([block for block in blocks if block.text])
    for place, each in enumerate(found):
        assert SHORTEST <= len(each.text) <= LONGEST
        assert len(each.title) <= TITLE
        assert len(each.section) <= SECTION
        assert each.ticked == (not each.why)
        assert each.same_as is None or each.same_as < place


@given(st.text(alphabet=st.sampled_from("abc. ?!A1\n"), max_size=400))
def test_sentences_and_pieces_lose_no_word(text):
    words = text.split()
    assert " ".join(sentences(" ".join(words))).split() == words
    assert "".join(pieces(" ".join(words), aim=30, most=60)).replace(" ", "") == "".join(words)
