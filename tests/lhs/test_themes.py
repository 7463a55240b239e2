"""A theme suggests at once from what it was begun with, and is learnt once there is enough to learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lhs.artefact import ArtefactRefused
from lhs.challenge import Taught
from lhs.encoder import Encoder
from lhs.exemplars import load_exemplars
from lhs.prototypes import FEWEST_BACKGROUND, Background, Theme, fit_themes
from lhs.themes import ENOUGH, ThemeHead

PARKING = Theme(
    "parking",
    "Parking",
    "Finding and paying for a place to leave the car at the hospital.",
    (
        "The car park was full and we missed the appointment.",
        "Parking costs more than the bus and the machine takes coins only.",
        "Staff on nights cannot find a space near the entrance.",
    ),
)
FOOD = Theme(
    "food",
    "Food",
    "What patients are given to eat and drink, and when.",
    (
        "Lunch was cold by the time it came to the bay.",
        "He is diabetic and was offered nothing but cake.",
        "The menu is only in English, so she did not know what she ordered.",
    ),
)
ABOUT_PARKING = "I drove round and round and there was nowhere to leave the car."
ABOUT_FOOD = "Breakfast was a slice of dry toast, and there was no fruit."
ABOUT_NEITHER = "The board looks at the figures every month."


@pytest.fixture(scope="module")
def background(encoder: Encoder) -> Background:
    exemplars = encoder.encode([one.text for one in load_exemplars()[:300]])
    return Background.of(exemplars[:0], exemplars)


def nothing_taught(encoder: Encoder, codes: tuple[str, ...] = ("parking", "food")) -> Taught:
    empty = np.zeros((0, len(codes)), dtype=bool)
    return Taught(codes, (), np.zeros((0, encoder.width), dtype=np.float16), empty, empty, np.zeros(0, dtype=bool))


@pytest.fixture(scope="module")
def head(encoder: Encoder, background: Background) -> ThemeHead:
    return fit_themes([PARKING, FOOD], nothing_taught(encoder), background)[0]


def suggested(head: ThemeHead, encoder: Encoder, text: str) -> set[str]:
    said = head.suggested(head.scores(encoder.read([text]).features, [text]))[0]
    return {code for code, one in zip(head.codes, said, strict=True) if one}


@pytest.mark.parametrize(
    ("text", "themes"), [(ABOUT_PARKING, {"parking"}), (ABOUT_FOOD, {"food"}), (ABOUT_NEITHER, set())]
)
def test_a_new_theme_suggests_at_once(head, encoder, text, themes):
    assert suggested(head, encoder, text) == themes


def test_the_reason_says_how_few_examples_there_are(head):
    assert head.reason_in_words(ABOUT_PARKING, "parking") == (
        "Like the theme’s definition and examples. 3 of 20 examples: not learnt yet."
    )


def test_a_curators_threshold_is_kept(encoder, background):
    strict = replace(PARKING, threshold=0.999)
    head, _ = fit_themes([strict, FOOD], nothing_taught(encoder), background)
    assert suggested(head, encoder, ABOUT_PARKING) == set()


def test_confirmed_texts_move_what_a_theme_is_like_and_those_held_out_do_not(encoder, background):
    text = "The volunteers at the front desk speak six languages."
    reading = encoder.read([text])

    def score(*, held_out: bool) -> float:
        truth = np.array([[True, False]])
        taught = Taught(
            ("parking", "food"), (text,), reading.features, truth, np.ones_like(truth), np.array([held_out])
        )
        fitted, _ = fit_themes([replace(PARKING, confirmed=1), FOOD], taught, background)
        return float(fitted.scores(reading.features, [text])[0, 0])

    without, _ = fit_themes([PARKING, FOOD], nothing_taught(encoder), background)
    assert score(held_out=True) == pytest.approx(float(without.scores(reading.features, [text])[0, 0]))
    assert score(held_out=False) > score(held_out=True) + 0.01


def taught_of(encoder: Encoder, *, confirmed: int, rejected: int) -> Taught:
    """So many texts about parking that are about food too by someone's word, and so many that are not."""
    texts = tuple(
        f"Note {at}: {'the kitchen sent soup' if at < confirmed else 'the lift was out of order'} on day {at}."
        for at in range(confirmed + rejected)
    )
    truth = np.array([[at < confirmed] for at in range(len(texts))])
    return Taught(
        ("food",), texts, encoder.read(texts).features, truth, np.ones_like(truth), np.zeros(len(texts), dtype=bool)
    )


@pytest.mark.parametrize(
    ("confirmed", "rejected", "learnt"), [(ENOUGH - 3, 8, True), (ENOUGH - 4, 8, False), (ENOUGH - 3, 7, False)]
)
def test_from_twenty_examples_on_it_is_learnt(encoder, background, confirmed, rejected, learnt):
    taught = taught_of(encoder, confirmed=confirmed, rejected=rejected)
    head, figures = fit_themes([replace(FOOD, confirmed=confirmed)], taught, background)
    assert figures["themes"]["food"]["learnt"] is learnt
    assert (head.learnt is not None) is learnt
    reason = head.reason_in_words("The kitchen sent soup.", "food")
    counted = confirmed + 3
    if learnt:
        assert reason.endswith(f"Learnt from {counted} examples.")
    elif counted < ENOUGH:
        assert f"{counted} of 20 examples" in reason
    else:
        assert "Too few were rejected" in reason


def test_an_artefact_reads_back_the_same_learnt_or_not(encoder, background):
    taught = taught_of(encoder, confirmed=20, rejected=20)
    learnt, _ = fit_themes([replace(FOOD, confirmed=20)], taught, background)
    plain, _ = fit_themes([PARKING, FOOD], nothing_taught(encoder), background)
    for head in (learnt, plain):
        back = ThemeHead.from_bytes(head.to_bytes())
        features = encoder.read([ABOUT_FOOD]).features
        assert back.scores(features, [ABOUT_FOOD]) == pytest.approx(head.scores(features, [ABOUT_FOOD]), abs=1e-4)
        assert (back.codes, back.counted, back.exemplars) == (head.codes, head.counted, head.exemplars)


def test_damaged_bytes_and_numbers_that_are_none_are_refused(head):
    artefact = bytearray(head.to_bytes())
    artefact[-20] ^= 1
    with pytest.raises(ArtefactRefused):
        ThemeHead.from_bytes(bytes(artefact))
    with pytest.raises(ArtefactRefused, match="mean"):
        replace(head, mean=np.array([np.nan, 0.0], dtype=np.float32)).to_bytes()
    misfit = replace(head, mean=np.zeros(3, dtype=np.float32)).to_bytes()
    with pytest.raises(ArtefactRefused, match="fit together"):
        ThemeHead.from_bytes(misfit)


def test_features_of_another_shape_or_none_are_refused(head, encoder):
    with pytest.raises(ValueError, match="shape"):
        head.scores(np.zeros((1, 5)), ["text"])
    with pytest.raises(ValueError, match="none"):
        head.scores(np.full((1, encoder.width), np.nan), ["text"])


def test_the_nearest_example_that_was_written_for_it_is_known(head, encoder):
    nearest = head.nearest_exemplar(encoder.encode([ABOUT_PARKING])[0], "parking")
    assert nearest is not None
    assert nearest[0].text in PARKING.examples


def test_the_same_input_gives_the_same_head(encoder, background, head):
    again, _ = fit_themes([PARKING, FOOD], nothing_taught(encoder), background)
    assert again.to_bytes() == head.to_bytes()


def test_what_people_logged_is_the_background_once_there_is_enough_of_it():
    def of(logged: int) -> Background:
        return Background.of(np.zeros((logged, 384), dtype=np.float32), np.zeros((500, 384), dtype=np.float32))

    assert len(of(FEWEST_BACKGROUND).embeddings) == FEWEST_BACKGROUND
    assert len(of(FEWEST_BACKGROUND - 1).embeddings) == FEWEST_BACKGROUND - 1 + 500
