from __future__ import annotations

from collections import Counter
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from lhs.encoder import Encoder
from lhs.exemplars import Exemplar, ExemplarsUnusable, load_exemplars, near_duplicates
from lhs.habits import CODES

AT_LEAST = 200


def test_there_are_enough_exemplars_of_every_habit_and_of_none():
    exemplars = load_exemplars()
    assert len(exemplars) >= 1200
    counted = Counter(code for one in exemplars for code in one.labels)
    assert {code: counted[code] for code in CODES if counted[code] < AT_LEAST} == {}
    assert sum(not one.labels for one in exemplars) >= AT_LEAST


def test_no_exemplar_has_all_five_habits():
    assert not [one.text for one in load_exemplars() if len(one.labels) > 3]


def test_no_two_exemplars_say_nearly_the_same(encoder: Encoder):
    texts = [one.text for one in load_exemplars()]
    assert [(texts[a], texts[b]) for a, b, _ in near_duplicates(encoder.encode(texts))] == []


def test_near_duplicates_are_found_most_alike_first():
    directions = np.array([[1, 0], [0.95, 0.3122499], [1, 0], [0, 1]], dtype=np.float32)
    assert [(a, b) for a, b, _ in near_duplicates(directions)] == [(0, 2), (0, 1), (1, 2)]


def test_labels_are_kept_in_the_codebooks_order(tmp_path: Path):
    path = tmp_path / "some.yaml"
    path.write_text("- {text: The rota was never asked about, labels: [culture, staff], register: ward-note}\n")
    assert load_exemplars(tmp_path) == (Exemplar("The rota was never asked about", ("staff", "culture"), "ward-note"),)


def test_the_same_text_in_two_files_is_named(tmp_path: Path):
    for name in ("family", "ward-note"):
        (tmp_path / f"{name}.yaml").write_text("- {text: A text, labels: []}")
    with pytest.raises(ExemplarsUnusable, match="ward-note 1 says the same as exemplar family 1"):
        load_exemplars(tmp_path)


def test_a_folder_without_exemplars_is_an_error(tmp_path: Path):
    with pytest.raises(ExemplarsUnusable, match="no exemplars"):
        load_exemplars(tmp_path)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "should be a list"),
        ("text: one", "should be a list"),
        ("- just words", "Exemplar wrong 1 should have"),
        ("- {text: A text, labels: [], mood: glad}", "Exemplar wrong 1 should have"),
        ("- {text: 12, labels: []}", "Exemplar wrong 1 needs a text"),
        ("- {text: '  a ', labels: []}", "Exemplar wrong 1 needs a text"),
        ("- {text: A text, labels: staff}", "Exemplar wrong 1 needs a list of labels"),
        ("- {text: A text}", "Exemplar wrong 1 needs a list of labels"),
        ("- {text: A text, labels: [stuff]}", "“stuff”, which is not in the codebook"),
        ("- {text: A text, labels: [staff, staff]}", "names a label twice"),
        (
            "- {text: A text, labels: []}\n- {text: a TEXT, labels: []}",
            "Exemplar wrong 2 says the same as exemplar wrong 1",
        ),
        ("- {text: [", "cannot be read"),
        ("- !!python/object/apply:os.getcwd []", "cannot be read"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path: Path, written: str, reason: str):
    path = tmp_path / "wrong.yaml"
    path.write_text(written)
    with pytest.raises(ExemplarsUnusable, match=reason):
        load_exemplars(tmp_path)


def test_a_command_reports_their_balance():
    out = StringIO()
    call_command("exemplars", stdout=out)
    first, *registers, total, labels = out.getvalue().splitlines()
    assert first.split()[:8] == ["register", "all", *CODES, "none"]
    rows = {name: [int(number) for number in numbers[:7]] for name, *numbers in map(str.split, registers)}
    exemplars = load_exemplars()
    assert {name: numbers[0] for name, numbers in rows.items()} == Counter(one.register for one in exemplars)
    assert [int(number) for number in total.split()[1:8]] == [
        sum(column) for column in zip(*rows.values(), strict=True)
    ]
    assert f"{sum(not one.labels for one in exemplars)} have 0" in labels
