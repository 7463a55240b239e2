"""An algorithmic transparency record, in the form of the UK's standard (ATRS), made from how things stand here.

The headings are those of version 3.0 of the Algorithmic Transparency Recording Standard (March 2024,
github.com/co-cddo/algorithmic-transparency-recording-standard). What only the organisation that runs this can say is
marked TO_FILL_IN, and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from insights.figures import Figures, OnCode
from insights.reporting import Report, Version, report
from insights.transparency_texts import OWNER, RATIONALE, RISKS, Entry
from lhs import encoder
from lhs.agreement import Measure
from lhs.artefact import ArtefactRefused
from lhs.challenge import FEWEST_HELD_OUT
from lhs.encoder import EncoderUnavailable
from lhs.estimates import FEWEST_AUDITED
from lhs.models import HABITS
from lhs.versions import NoTagger, champion, head_of

STANDARD = "Algorithmic Transparency Recording Standard, version 3.0"
TO_FILL_IN = "To be filled in by the organisation that runs this site"


@dataclass(frozen=True)
class Section:
    """Fields that belong together."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Record:
    """The whole record: of what, on which day (ISO 8601), and its sections."""

    title: str
    made: str
    sections: tuple[Section, ...]

    @property
    def to_fill_in(self) -> int:
        """How many fields are still empty."""
        return sum(not entry.words for section in self.sections for entry in section.entries)


def record(*, website: str = "") -> Record:
    """Return the record of the habits' tagger as it stands now; `website` is where its page can be read."""
    found = report(codebook=HABITS)
    return Record(
        title=f"Suggesting tags for insights: {settings.SITE_NAME}",
        made=timezone.localdate().isoformat(),
        sections=(
            Section("Tier 1: overview", _overview(website)),
            Section("Tier 2: owner and responsibility", OWNER),
            Section("Tier 2: description and rationale", RATIONALE),
            Section("Tier 2: decision-making process", _process(found)),
            Section("Tier 2: tool specification", _tool(found)),
            Section("Tier 2: model specification", _model(found)),
            Section("Tier 2: data specification", _data(found.in_use)),
            Section("Tier 2: risks, mitigations and impact assessments", RISKS),
        ),
    )


def markdown(made: Record) -> str:
    """Return a record as Markdown."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Record) -> Iterator[str]:
    yield f"# {made.title}"
    yield f"\n{STANDARD}. Made on {made.made} from how the software stands; {made.to_fill_in} fields to be filled in."
    for section in made.sections:
        yield f"\n## {section.title}"
        for entry in section.entries:
            yield f"\n### {entry.number} {entry.name}\n"
            yield "\n\n".join(entry.words) if entry.words else f"**{TO_FILL_IN}.** {entry.hint}".rstrip()


def _overview(website: str) -> tuple[Entry, ...]:
    contact = (settings.SITE_CONTACT,) if settings.SITE_CONTACT else ()
    return (
        Entry("1.1", "Name", (f"{settings.SITE_NAME}: tagger of the five habits of a learning system",)),
        Entry(
            "1.2",
            "Description",
            (
                "Health and care teams log short texts about what they learned. The tool reads each text and suggests "
                "which of the five habits of a learning system it is about. People confirm or reject the suggestions.",
                "It is used so that findings can be found again and counted by habit without somebody reading all of "
                "them first. It decides nothing about any person's care.",
            ),
        ),
        Entry("1.3", "Website URL", (website,) if website else (), "The address of this site's page /tagger/."),
        Entry("1.4", "Contact email", contact, "Set LHS_CONTACT to the e-mail address of a team."),
    )


def _process(found: Report) -> tuple[Entry, ...]:
    told = found.figures
    return (
        Entry(
            "2.3.1",
            "Process integration",
            (
                "Suggestions stand beside an insight, marked as suggested. They have a part in finding and counting "
                "insights, and in the order in which curators review them. They publish, withdraw or change nothing.",
            ),
        ),
        Entry(
            "2.3.2",
            "Provided information",
            ("The habit, “suggested” or who decided, the score, the version, and the reason in words.",),
        ),
        Entry(
            "2.3.3",
            "Frequency and scale of usage",
            (
                "Each text is read once when it is logged or edited, and again when another version comes into use.",
                f"Decisions of people so far: {told.decisions['confirmed']:,} confirming a tag, "
                f"{told.decisions['rejected']:,} rejecting one. Insights reviewed as a whole: {told.reviews:,}.",
            ),
        ),
        Entry(
            "2.3.4",
            "Human decisions and review",
            (
                "Curators confirm, reject and add tags; contributors may on their own programme's insights. A person's "
                "word stands: the tool never changes it. Each decision is kept with who made it.",
            ),
        ),
        Entry(
            "2.3.5", "Required training", (), "What curators learn before they start; the codebook is in the software."
        ),
        Entry(
            "2.3.6",
            "Appeals and review",
            (
                "The tool decides nothing about members of the public. Whoever sees a wrong tag can tell the contact "
                "named above; a curator can put it right at once.",
            ),
        ),
    )


def _tool(found: Report) -> tuple[Entry, ...]:
    nightly = "in every night before which there were any, " if settings.LEARN_NIGHTLY else ""
    return (
        Entry(
            "2.4.1.1",
            "System architecture",
            (
                "A web application with a PostgreSQL database and background workers, on servers of whoever runs it. "
                "Encoder and models run there, on ordinary processors; they fetch nothing and send nothing.",
            ),
        ),
        Entry("2.4.1.2", "Phase", (), "For example pilot, beta or production."),
        Entry(
            "2.4.1.3",
            "Maintenance",
            (
                f"A new version is trained after {settings.LEARN_AFTER} new decisions, {nightly}and by hand. It is put "
                "in use only if it beats the one in use on decisions of people that neither learnt from, by more than "
                f"chance (95 % interval), and only if there are at least {FEWEST_HELD_OUT} of those. Every version is "
                "kept with its figures and the reason; going back is one command.",
                f"Versions kept: {len(found.versions):,}. Decisions since the last training: {found.new_decisions:,}.",
            ),
        ),
        Entry("2.4.1.4", "Models", ("A sentence encoder, and one linear model for each of the five habits.",)),
    )


def _model(found: Report) -> tuple[Entry, ...]:
    now = found.in_use
    version = f"Version {now.version}" if now else "No version is in use yet."
    since = f", in use since {now.since:%-d %B %Y}" if now and now.since else ""
    return (
        Entry("2.4.2.1", "Model name", ("Tagger of the five habits",)),
        Entry("2.4.2.2", "Model version", (f"{version}{since}", *((now.reason,) if now and now.reason else ()))),
        Entry("2.4.2.3", "Model task", ("Say which of five habits a short text is about: any number, or none.",)),
        Entry("2.4.2.4", "Model input", ("A text of 3 to 5,000 characters, with its title if it has one.",)),
        Entry("2.4.2.5", "Model output", ("For each habit a score from 0 to 1, and whether it is suggested.",)),
        Entry("2.4.2.6", "Model architecture", tuple(_architecture())),
        Entry("2.4.2.7", "Model performance", tuple(_performance(found))),
        Entry(
            "2.4.2.8",
            "Datasets",
            (
                "Examples written for the software; numbers made from published passages; decisions of "
                "this site's people.",
            ),
        ),
        Entry(
            "2.4.2.9",
            "Dataset purposes",
            (
                "Examples and passages: training, and cross-validation of the first version. Decisions: four fifths "
                "training, a fixed fifth held out to compare versions. Audited decisions measure the version then in "
                "use, blind, before they train another.",
            ),
        ),
    )


def _architecture() -> Iterator[str]:
    yield (
        "Multi-label linear models (logistic, regularised, calibrated on rows they were not fitted to) on the layers "
        "of a transformer sentence encoder beside hashed words, pairs of words and runs of letters."
    )
    try:
        name = encoder.configured_name()
    except EncoderUnavailable as why:
        yield f"The encoder cannot be read just now: {why.without_folder()}"
    else:
        digests = f" (sha256 of the weights {encoder.WEIGHTS_SHA256}, of the tokenizer {encoder.TOKENIZER_SHA256})"
        yield f"Encoder: {name}{digests if name == encoder.BUILT_IN else ''}."
    try:
        tagger = champion(HABITS)
        head = head_of(tagger)
    except (NoTagger, ArtefactRefused) as why:
        yield f"Thresholds cannot be told just now: {why}"
    else:
        each = ", ".join(f"{code} {at:.2f}" for code, at in zip(head.codes, head.thresholds.tolist(), strict=True))
        yield f"Thresholds: {each}. Sha256 of what it learnt from: {tagger.data_digest}."


def _performance(found: Report) -> Iterator[str]:
    told, now = found.figures, found.in_use
    if told.audited < FEWEST_AUDITED:
        yield f"By the audit: not enough yet, {told.audited} of {FEWEST_AUDITED} insights audited."
    else:
        yield f"By the audit of {told.audited:,} insights, chosen by chance and judged blind (95 % intervals):"
        yield "\n".join(_of_code(one) for one in told.codes)
        yield from _calibration(told)
    if now and now.macro_f1 is not None:
        interval = f" ({now.interval[0]:.2f} to {now.interval[1]:.2f})" if now.interval else ""
        yield f"When it was put in use: macro-F1 {now.macro_f1:.2f}{interval}. {now.measured_on}".strip()
    yield "Performance for groups of people is not measured: the software keeps no characteristics of who spoke."


def _calibration(told: Figures) -> Iterator[str]:
    if told.calibration_error is not None:
        yield f"Expected calibration error: {told.calibration_error:.3f}."


def _of_code(one: OnCode) -> str:
    if not one.enough:
        return f"- {one.name}: not enough yet, {one.cells.n} of {FEWEST_AUDITED} audited"
    of = "the version in use" if one.live else "all versions"
    said = (("precision", one.precision), ("recall", one.recall), ("F1", one.f1))
    return f"- {one.name}: {', '.join(f'{name} {_measure(value)}' for name, value in said)}; n = {one.cells.n}, {of}"


def _measure(measure: Measure) -> str:
    if measure.value is None:
        return "none"
    if measure.low is None or measure.high is None:
        return f"{measure.value:.2f}"
    return f"{measure.value:.2f} ({measure.low:.2f} to {measure.high:.2f})"


def _data(now: Version | None) -> tuple[Entry, ...]:
    quantities = []
    if now and now.exemplars:
        quantities.append(f"{now.exemplars:,} examples")
    if now and now.passages:
        quantities.append(f"the numbers of {now.passages:,} passages")
    quantities.append(f"{now.decisions if now else 0:,} decisions of people")
    return (
        Entry("2.4.3.1", "Source data name", ("Exemplars of the codebook; passages; decisions on this site.",)),
        Entry("2.4.3.2", "Data modality", ("Text",)),
        Entry(
            "2.4.3.3",
            "Data description",
            (
                "Short texts about care and learning, each with the habits it is about. The examples were written for "
                "the software. The passages' labels are by model readers, not by people. Decisions are this site's.",
            ),
        ),
        Entry("2.4.3.4", "Data quantities", (f"The version in use learnt from {', '.join(quantities)}.",)),
        Entry(
            "2.4.3.5",
            "Sensitive attributes",
            (
                "None is asked for. Texts may speak of health and of groups of people; those who log them are told "
                "to leave out whatever could identify a patient.",
            ),
        ),
        Entry(
            "2.4.3.6",
            "Data completeness and representativeness",
            (
                "The examples were written to be balanced over habits and ways of speaking, not to be representative. "
                "Decisions are of what this site's people logged, the doubtful ones first; the audit is by chance.",
            ),
        ),
        Entry("2.4.3.7", "Source data URL", ("The examples are part of the software (lhs/exemplars).",)),
        Entry(
            "2.4.3.8",
            "Data collection",
            (
                "Insights are logged by programme teams so that others can learn from them; the decisions are made "
                "by curators in the course of their work.",
            ),
        ),
        Entry(
            "2.4.3.9",
            "Data cleaning",
            (
                "Texts are brought to one form of Unicode. Words whose consent is withheld are left out. A text that "
                "is held out is not trained on under another insight's name either.",
            ),
        ),
        Entry("2.4.3.10", "Data sharing agreements"),
        Entry(
            "2.4.3.11",
            "Data access and storage",
            (),
            "The software keeps everything in its own database and gives access by role; say who holds which role, "
            "for how long data is kept, and who answers for it.",
        ),
    )
