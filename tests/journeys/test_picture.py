"""The README and its picture of the home page. `LHS_PICTURES=1` takes the picture again."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

import pytest

from tests.journeys.window import DESK

pytestmark = pytest.mark.xdist_group("journeys")

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "images" / "home.png"
# As high as it takes to see the five habits drawn.
SIZE = (DESK, 1240)
MOST_BYTES = 250_000


@pytest.mark.skipif(not os.environ.get("LHS_PICTURES"), reason="takes a picture only when asked: LHS_PICTURES=1")
def test_take_the_picture(open_window):
    window = open_window(width=DESK)
    window.page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
    window.open("/")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    window.page.screenshot(path=PICTURE, animations="disabled")


def test_the_picture_is_there_and_light():
    drawn = PICTURE.read_bytes()
    assert struct.unpack(">II", drawn[16:24]) == SIZE
    assert len(drawn) < MOST_BYTES


def test_the_readme_shows_it_with_words_for_those_who_do_not_see_it():
    shown = re.search(r'<img src="([^"]+)"[^>]* alt="([^"]+)">', README.read_text())
    assert shown
    assert ROOT / shown[1] == PICTURE
    assert "home page" in shown[2]


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
