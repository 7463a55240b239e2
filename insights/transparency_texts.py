"""The parts of the transparency record that are the same wherever the software runs."""

from __future__ import annotations

from dataclasses import dataclass

from lhs.estimates import FEWEST_AUDITED


@dataclass(frozen=True)
class Entry:
    """One field of the record, by its number in the standard; without words it is to be filled in, as `hint` says."""

    number: str
    name: str
    words: tuple[str, ...] = ()
    hint: str = ""


OWNER = (
    Entry("2.1.1", "Organisation or department"),
    Entry("2.1.2", "Team"),
    Entry("2.1.3", "Senior responsible owner"),
    Entry("2.1.4", "External supplier involvement", (), "Say who runs the servers, and who changed the software."),
    Entry("2.1.4.1", "External supplier"),
    Entry("2.1.4.2", "Companies House Number"),
    Entry("2.1.4.3", "External supplier role"),
    Entry("2.1.4.4", "Procurement procedure type"),
    Entry("2.1.4.5", "Data access terms", (), "The software sends no text to anyone else's service."),
)
RATIONALE = (
    Entry(
        "2.2.1",
        "Detailed description",
        (
            "A sentence encoder on this server turns each text into numbers that stand for its meaning; beside them "
            "stand hashed words and runs of letters. For each habit a linear model turns these into a score from 0 to "
            "1, calibrated so that of texts scored 0.7 about 7 in 10 should be about the habit. From a threshold on, "
            "of its own for each habit, the habit is suggested. No habit at all is a possible outcome.",
            "Each suggestion is stored with its score, the version that made it, and its reason: the words that "
            "weighed most and the most similar text that people confirmed, or an example.",
        ),
    ),
    Entry(
        "2.2.2",
        "Scope",
        (
            "For short texts in English about how care is given and learned about. It is not made for clinical "
            "decisions, for judging staff, teams or patients, for complaints handling, or for texts about one "
            "identified person.",
        ),
    ),
    Entry(
        "2.2.3",
        "Benefit",
        (
            "Insights can be found by habit as soon as they are logged, and curators' time goes to the texts of which "
            "the tool is least sure. How often it is right is measured all the time and shown to every reader.",
        ),
    ),
    Entry("2.2.4", "Previous process", (), "How findings were sorted before, if they were."),
    Entry(
        "2.2.5",
        "Alternatives considered",
        (
            "Tagging by hand alone, keyword rules, a support vector machine on words as NHS pxtextmining publishes it, "
            "and language models run by others. The last were ruled out because no text may leave the server; how the "
            "others compare is in the software's documentation (docs/decisions).",
        ),
    ),
)
RISKS = (
    Entry(
        "2.5.1",
        "Impact assessment",
        (),
        "Name the data protection impact assessment, the equality impact assessment and others, with dates.",
    ),
    Entry(
        "2.5.2",
        "Risks and mitigations",
        (
            "Wrong or missing tags mislead a count. Every count is given as confirmed and suggested, with an estimate "
            f"corrected by a random, blind audit, or with the words “not enough audited yet” below {FEWEST_AUDITED}.",
            "The tool is better at some ways of speaking than at others, and may miss what is said in an unusual "
            "way. Examples are written in many voices; results by group of speaker are not measured, so a difference "
            "between groups would not be seen by the tool itself.",
            "People agree with what a machine suggests. One review in five is blind, chosen by chance; whoever wants "
            "to can hide suggestions always; two curators' agreement can be measured.",
            "It gets worse as what people write about changes. Drift is shown month by month; a new version replaces "
            "the old one only if it is better on decisions it never learnt from; going back is one command.",
            "A text holds what should not be known. Patients' identities are not to be logged; words whose consent "
            "was withheld never leave their programme and never train the tool.",
        ),
    ),
)
