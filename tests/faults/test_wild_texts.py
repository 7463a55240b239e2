"""Whatever people log is tagged, shown as they wrote it, and does not crowd out what others said."""

from __future__ import annotations

import unicodedata
from html import escape

import pytest
from django.db import connection, transaction

from casestudies.models import Programme
from insights.desk import next_turn, settle
from insights.merging import likely_duplicates
from insights.models import Insight, Source, Tagging
from insights.similar import similar
from insights.tagging import how_many_due, tag_due
from lhs import encoder
from lhs.encoder import Encoder
from tests.factories import InsightFactory, ProgrammeFactory, UserFactory, token_of

pytestmark = pytest.mark.django_db

WILD = {
    "one word": "Delays",
    "emoji alone": "😀😡👩🏽‍⚕️🏳️‍🌈🇬🇧",
    "Arabic": "الممرضات منهكات من إدخال البيانات نفسها مرتين.",
    "Hebrew, with English in it": "האחיות עייפות מהקלדה כפולה במערכת NHS כל יום.",
    "combining marks": "The r̷̡̛o̴̢t̵̨a̶ i̷s̸ t̷o̶o̵ l̴o̶n̸g̵" + "\u0301" * 40,
    "letters taken apart": unicodedata.normalize("NFD", "Zoë’s café said: naïve rôles"),
    "as long as may be": ("Nurses are exhausted by entering the same data twice into two systems. " * 80)[:4999] + ".",
    "one long word": "a" * 5000,
    "no letters": "1234 !!! ??? --- 56,7%",
    "markup": "<script>alert(1)</script> & “quotes” {{ 7 * 7 }}",
    "many lines": "Line\n" * 900 + "end",
}


def post(client, person, text: str, programme: Programme) -> dict:
    said = {"text": text, "kind": "finding", "source": {"kind": "staff"}, "programme": str(programme.id)}
    token = f"Token {token_of(person)}"
    answer = client.post("/api/v1/insights/", said, content_type="application/json", headers={"Authorization": token})
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.parametrize("name", WILD)
def test_it_is_tagged_and_shown_as_it_was_written(tagger, client, name: str):
    text = unicodedata.normalize("NFC", WILD[name])
    curator, programme = UserFactory(role="curator"), ProgrammeFactory()
    told = post(client, curator, WILD[name], programme)
    assert told["text"] == text
    assert tag_due() == 1
    token = {"Authorization": f"Token {token_of(curator)}"}
    again = client.get(f"/api/v1/insights/{told['id']}/", headers=token).json()
    assert (again["text"], again["tagged"] is not None) == (text, True)
    for tag in again["habits"]:
        assert 0 <= tag["score"] <= 1
        assert tag["reason"]
    Insight.objects.filter(id=told["id"]).update(status="submitted")
    client.force_login(curator)
    for page in (f"/insights/{told['id']}/", "/review/"):
        shown = client.get(page)
        assert shown.status_code == 200
        assert without_marks(escape(text.split("\n")[0])) in without_marks(shown.content.decode())
        assert 'dir="auto"' in shown.content.decode(), "a text in another script runs its own way"
    near = client.post(
        "/api/v1/insights/similar/", {"text": WILD[name]}, content_type="application/json", headers=token
    )
    assert near.status_code == 200, near.content


def without_marks(page: str) -> str:
    """A page without what is put around words that weighed, and with each sign written in one way."""
    for said, plain in (
        ('<mark class="lhs-mark-word">', ""),
        ("</mark>", ""),
        ("&#34;", "&quot;"),
        ("&#39;", "&#x27;"),
    ):
        page = page.replace(said, plain)
    return page


COPIED = "Staff said the car park is full by eight."
ONE = "Relatives did not know whom to ring in the evening."
OTHER = "Relatives did not know whom they should ring in the evening."
LIKE_THE_COPIES = "The staff car park is full before eight in the morning, they told us."
COPIES, AT_ONCE = 3000, 250


class TestThreeThousandCopies:
    """A form that was sent again and again, or an import of one stock phrase, logged last of all."""

    @pytest.fixture
    def curator(self):
        return UserFactory(role="curator")

    @pytest.fixture
    def read(self, monkeypatch) -> list[int]:
        """How many texts the encoder was given at a time."""
        given: list[int] = []
        really = Encoder.read

        def noting(self, texts, **how):
            given.append(len(texts))
            return really(self, texts, **how)

        monkeypatch.setattr(encoder.Encoder, "read", noting)
        return given

    @pytest.fixture
    def copies(self, tagger, curator, read, swept_index) -> list[int]:
        programme = ProgrammeFactory()
        for text in (ONE, OTHER, LIKE_THE_COPIES):
            InsightFactory(programme=programme, text=text, status="submitted")
        for _ in range(COPIES // AT_ONCE):
            with transaction.atomic():
                made = Insight.objects.bulk_create(
                    Insight(programme=programme, kind="finding", text=COPIED, status="submitted")
                    for _ in range(AT_ONCE)
                )
                Source.objects.bulk_create(Source(insight=insight, position=0, kind="staff") for insight in made)
            # As a running database does by itself: without it, each statement is planned as if the tables were empty.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        tag_due()
        return read

    def test_each_is_tagged_and_they_neither_hide_the_others_nor_fill_list_and_queue(self, copies, curator):
        assert (how_many_due(), Tagging.objects.filter(at__isnull=False).count()) == (0, COPIES + 3)
        assert sum(copies) < COPIES / 10, "equal words are read once in a batch"

        alike = similar(person=curator, text=ONE)
        assert [one.text for one in alike.results][:2] == [ONE, OTHER]
        alike = similar(person=curator, text=COPIED)
        assert {COPIED, LIKE_THE_COPIES} <= {one.text for one in alike.results}

        pairs = [{pair.first.text, pair.second.text} for pair in likely_duplicates(person=curator)]
        assert {ONE, OTHER} in pairs
        assert pairs.count({COPIED}) <= 3

        laid: list[str] = []
        while len(laid) < 3:
            turn = next_turn(person=curator)
            assert turn is not None
            if turn.queue == "queue":
                laid.append(turn.insight.text)
            settle(person=curator, turn_id=turn.id, codes=[])
        assert laid.count(COPIED) <= 1, "what was judged once is not asked again while other texts wait"
