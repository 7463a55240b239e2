from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhs import fitting
from lhs.encoder import BUILT_IN, Encoder, Reading
from lhs.fitting import FEWEST, TooFewExamples
from lhs.habits import CODES
from lhs.head import Head
from lhs.training import data_digest, train, train_on_exemplars

TIRED = [
    "Nurses are worn out after the third night shift",
    "Nobody has had a break since seven",
    "The rota leaves two of us for thirty beds",
    "We type every observation into two systems",
    "There is one bladder scanner for four wards",
    "No training was given for the new pumps",
    "Staff asked for lockers and a place to rest",
    "Half of the shift goes on paperwork",
    "Two porters cover the whole hospital at night",
    "I stay two hours late to finish the notes",
]
TRUST = [
    "The two trusts now lend each other theatre lists",
    "People are afraid to say that something went wrong",
    "The chief executive listens before she speaks",
    "Everyone shares one purpose across the borough",
    "Managers blamed the junior for the mistake",
    "The teams keep to themselves and do not talk",
    "We are trusted to try things without asking",
    "Partners met as equals and stayed friends",
    "Porters are never thanked by anyone",
    "The board is open about what it does not know",
]
PLAIN = ["The clinic opens at nine", "Room four is painted", "There are five trusts", "It rained on Monday"] + [
    f"The {thing} arrived on Tuesday" for thing in ("chairs", "letters", "boxes", "curtains", "tyres", "forms")
]
TEXTS = TIRED + TRUST + PLAIN
LABELS = [["staff"]] * 10 + [["culture"]] * 10 + [[]] * 10


@pytest.fixture(scope="module")
def reading(encoder: Encoder) -> Reading:
    return encoder.read(TEXTS)


def test_a_head_learns_the_codes_there_are(reading: Reading, encoder: Encoder):
    head, figures = train("wards", TEXTS, LABELS, reading)
    assert head.codes == ("culture", "staff")
    assert head.codebook == "wards"
    assert head.encoder == figures["encoder"] == BUILT_IN
    texts = ["We are exhausted and short of nurses on nights", "Leaders who are open and who trust one another"]
    scores = head.scores(encoder.read(texts).features, texts)
    assert scores[0, 1] > scores[0, 0]
    assert scores[1, 0] > scores[1, 1]


def test_the_same_texts_give_the_same_head(reading: Reading):
    once, again = (train("wards", TEXTS, LABELS, reading) for _ in range(2))
    assert once[0].to_bytes() == again[0].to_bytes()
    assert once[1] == again[1]


def test_a_reading_that_is_given_spares_the_encoding(reading: Reading):
    assert train("wards", TEXTS, LABELS)[1] == train("wards", TEXTS, LABELS, reading)[1]


def test_the_figures_are_of_each_code_and_of_texts_held_back(reading: Reading):
    _, figures = train("wards", TEXTS, LABELS, reading)
    assert {"macro_f1", "micro_f1", "map", "n", "folds", "codes", "encoder"} <= set(figures)
    assert set(figures["codes"]) == {"culture", "staff"}
    assert (figures["n"], figures["folds"]) == (30, 5)


def test_labels_that_mean_nothing_measure_as_nothing(reading: Reading):
    drawn = np.random.default_rng(7).permutation(len(TEXTS))
    _, honest = train("wards", TEXTS, LABELS, reading)
    _, shuffled = train("wards", TEXTS, [LABELS[row] for row in drawn], reading)
    assert shuffled["map"] < honest["map"] - 0.2


def test_texts_that_say_nearly_the_same_are_never_on_both_sides_of_a_fold(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[set[str], set[str]]] = []
    folds = fitting._folds
    doubled = TEXTS + [f"{text}." for text in reversed(TEXTS)]

    def watched(rows: fitting.Rows):
        for learn, hold in folds(rows):
            seen.append(({doubled[row].rstrip(".") for row in learn}, {doubled[row].rstrip(".") for row in hold}))
            yield learn, hold

    monkeypatch.setattr(fitting, "_folds", watched)
    train("wards", doubled, LABELS + LABELS[::-1], encoder.read(doubled))
    assert len(seen) == 5
    assert not [learn & hold for learn, hold in seen if learn & hold]


def test_a_label_outside_the_codebook_is_refused(reading: Reading):
    with pytest.raises(ValueError, match="“stuff” is not in the codebook “habits”"):
        train("habits", TEXTS, [["stuff"], *LABELS[1:]], reading)


def test_too_few_texts_of_a_code_are_named(reading: Reading):
    labels = [["staff"]] * (FEWEST - 1) + [["culture"]] * 15 + [[]] * (15 - FEWEST + 1)
    with pytest.raises(TooFewExamples, match=f"“staff” cannot be learnt yet: {FEWEST - 1} of 30"):
        train("wards", TEXTS, labels, reading)


def test_texts_that_are_all_alike_cannot_be_measured(encoder: Encoder):
    texts = ["The rota is too long"] * 20
    with pytest.raises(TooFewExamples, match="all alike"):
        train("wards", texts, [["staff"]] * 10 + [[]] * 10, encoder.read(texts))


def test_the_first_head_knows_the_five_habits_and_says_how_it_was_measured(trained: tuple[Head, dict]):
    head, figures = trained
    assert head.codes == CODES
    assert len(head.exemplars) == figures["exemplars"] == figures["n"] - figures["passages"]
    assert "Cross-validated" in figures["measured_on"]
    assert "flatters" in figures["measured_on"]
    assert 0.4 < figures["macro_f1"] < 0.95
    assert ((head.thresholds >= 0.15) & (head.thresholds <= 0.5)).all()


def test_progress_is_told_while_the_exemplars_are_encoded(tmp_path: Path):
    rows = [
        f"- {{text: '{start}{text}', labels: [{CODES[at % 5]}], register: {register}}}"
        for start, register in (("", "ward-note"), ("Again: ", "interview"))
        for at, text in enumerate(TEXTS)
    ]
    (tmp_path / "few.yaml").write_text("\n".join(rows))
    told: list[tuple[int, int]] = []
    train_on_exemplars(lambda done, all_: told.append((done, all_)), folder=tmp_path)
    assert told[-1] == (60, 60)


labelled = st.lists(st.tuples(st.text(max_size=20), st.lists(st.sampled_from(CODES), unique=True)), max_size=8)


@given(labelled, st.randoms())
def test_the_digest_of_the_data_does_not_depend_on_order(rows, random):
    mixed = [(text, random.sample(labels, len(labels))) for text, labels in rows]
    random.shuffle(mixed)
    assert data_digest(*_columns(rows)) == data_digest(*_columns(mixed))


@given(labelled, st.text(max_size=20))
def test_the_digest_of_the_data_changes_with_a_text_or_a_label(rows, text):
    assert data_digest(*_columns(rows)) != data_digest(*_columns([*rows, (text, [])]))
    assert data_digest([text], [["staff"]]) != data_digest([text], [["culture"]])


def _columns(rows):
    return [text for text, _ in rows], [labels for _, labels in rows]
