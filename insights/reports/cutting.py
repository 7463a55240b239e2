"""A document cut into candidates: short texts under their headings, with what the headings say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from insights.choices import Kind
from insights.models.words import LONGEST, SHORTEST
from insights.reports.blocks import LOOKS_LIKE_ONE, Block
from insights.reports.rules import opens_a_section, perspective_in, rules_for, speaks
from insights.reports.sentences import as_title, pieces, sentences, titled

# A paragraph of up to about so many characters is one candidate; a longer one is cut at its sentences.
AIM = 600
SECTION = 200
TITLE = 200
# Up to so many characters, the points below a point are said together with it.
TOGETHER = 700
FEW_WORDS = 3
LONGEST_LEAD_IN = 250
UNSAID = "No heading above it says what this is."
WHY = {
    "section": "It stands under “{}”, which is not about what was found or recommended.",
    "question": "It is a question.",
    "short": "It is only a word or two.",
    "same": "The same stands above.",
    "row": "It comes from a table whose headings do not say what it is.",
}


@dataclass(frozen=True)
class Cut:
    """A candidate as it is cut: words, where they stand, and what the headings say. `same_as` is an index, or None.

    `why` says in words why it is not ticked; it is empty where it is.
    """

    text: str
    title: str = ""
    headings: tuple[str, ...] = ()
    place: str = ""
    kind: str = Kind.FINDING
    perspective: str | None = None
    level: str | None = None
    effect: str | None = None
    audiences: tuple[str, ...] = ()
    ticked: bool = True
    why: str = ""
    same_as: int | None = None

    @property
    def section(self) -> str:
        """The headings above it, innermost last, in as many characters as an insight's `section` holds."""
        return section_of(self.headings)


def section_of(headings: Sequence[str]) -> str:
    """Return headings as one line; outer ones are left out where they are too long together."""
    kept = list(headings)
    while len(kept) > 1 and len(" – ".join(kept)) > SECTION:
        kept.pop(0)
    return " – ".join(kept)[:SECTION].strip()


@dataclass
class _Path:
    """The headings above the place where one reads: (level, words). Two alike, one in the other, are one."""

    above: list[tuple[float, str]] = field(default_factory=list)

    def turn_to(self, level: float, words: str) -> None:
        self.above = [(one, said) for one, said in self.above if one < level]
        if self.above and self.above[-1][1].casefold() == words.casefold():
            return
        self.above.append((level, words))

    def only_outer(self, level: float) -> None:
        self.above = [(one, said) for one, said in self.above if one < level]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(said for _, said in self.above)


@dataclass(frozen=True)
class _Piece:
    text: str
    title: str
    headings: tuple[str, ...]
    place: str
    led_in: frozenset[str] = frozenset()
    row: bool = False


# The number of a point, where the list itself was numbered by hand.
POINT = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
# Below every heading that only looks like one, a line that leads in to a list.
LEAD_IN = LOOKS_LIKE_ONE + 1.0


def cut(blocks: Iterable[Block]) -> list[Cut]:
    """Return the candidates of a document, in its order."""
    found = _Cutter()
    found.read(list(blocks))
    return _marked([_guessed(piece) for piece in found.pieces])


class _Cutter:
    """Reads blocks in order and keeps the pieces."""

    def __init__(self) -> None:
        self.pieces: list[_Piece] = []
        self._path = _Path()
        self._waiting = ""  # a title whose words are still to come
        self._waits_within: tuple[str, ...] | None = None
        self._led_in: set[str] = set()
        self._begun = ""  # a sentence that the points of a list end

    def read(self, blocks: Sequence[Block]) -> None:
        place = 0
        while place < len(blocks):
            block = blocks[place]
            following = blocks[place + 1] if place + 1 < len(blocks) else None
            if block.what == "heading":
                self._drop_waiting(block.place)
                self._path.turn_to(_level_of(block), block.text.strip(" :"))
                self._begun = ""
            elif block.what == "table":
                self._table(block)
            elif block.what == "item":
                place = self._item(blocks, place)
            else:
                self._paragraph(block, leads=following is not None and following.what == "item")
            place += 1
        self._drop_waiting("")

    def _paragraph(self, block: Block, *, leads: bool) -> None:
        text = block.text
        if leads and text.endswith(":") and len(text) <= LONGEST_LEAD_IN and not self._waiting:
            self._path.only_outer(LEAD_IN)
            self._begun = text.rstrip(": ")
            if speaks(text) or not _unfinished(self._begun):
                self._path.turn_to(LEAD_IN, self._begun)
                self._led_in.add(self._begun)
            return
        self._begun = ""
        self._keep(text, block.lead, block.place, within=self._without_lead_in())

    def _item(self, blocks: Sequence[Block], place: int) -> int:
        """Keep a point with the points below it; return the place of the last block that was used."""
        block = blocks[place]
        below: list[Block] = []
        while place + 1 < len(blocks) and blocks[place + 1].what == "item" and blocks[place + 1].level > block.level:
            place += 1
            below.append(blocks[place])
        text = POINT.sub("", block.text)
        if self._begun and text[:1].islower():
            text = f"{self._begun} {text}"
        if not below:
            if _is_a_title(block):
                self._drop_waiting(block.place)
                self._waiting, self._waits_within = block.text, self._path.words
            else:
                self._keep(text, block.lead, block.place, within=self._path.words)
            return place
        together = f"{text} {'; '.join(one.text.rstrip(' ;,.') for one in below)}."
        if len(together) <= TOGETHER:
            self._keep(together, block.lead, block.place, within=self._path.words)
            return place
        outer = self._path.words
        if not text.endswith(":"):
            self._keep(text, block.lead, block.place, within=outer)
        over = text.rstrip(": ")[:SECTION]
        self._led_in.add(over)
        for one in below:
            self._keep(one.text, one.lead, one.place, within=(*outer, over))
        return place

    def _without_lead_in(self) -> tuple[str, ...]:
        return tuple(said for level, said in self._path.above if level < LEAD_IN)

    def _keep(self, text: str, lead: str, place: str, *, within: tuple[str, ...], row: bool = False) -> None:
        title, words = titled(text, lead)
        if self._waiting:
            title, words, self._waiting = as_title(self._waiting), text, ""
            within, self._waits_within = self._waits_within or within, None
        for number, piece in enumerate(pieces(words, aim=AIM, most=LONGEST)):
            if len(piece) >= SHORTEST and any(one.isalnum() for one in piece):
                self.pieces.append(
                    _Piece(piece, title[:TITLE] if number == 0 else "", within, place, frozenset(self._led_in), row)
                )

    def _drop_waiting(self, place: str) -> None:
        """Keep a title that no words came for as the words that it is."""
        if self._waiting:
            words, self._waiting = self._waiting, ""
            within, self._waits_within = self._waits_within or self._path.words, None
            self._keep(words, "", place, within=within)

    def _table(self, table: Block) -> None:
        """Take a table by its columns where their headings say something, else by its rows."""
        self._drop_waiting(table.place)
        self._begun = ""
        first, *others = table.rows
        heads = [" ".join(block.text for block in cell) for cell in first]
        before = list(self._path.above)
        if others and any(0 < len(head) <= 80 and speaks(head) for head in heads):
            label = next((place for place, head in enumerate(heads) if not speaks(head)), None)
            for column, head in enumerate(heads):
                if column == label and len(heads) > 1:
                    continue
                self._path.above = list(before)
                if head:
                    self._path.turn_to(6.5, head.strip(" :"))
                for row in others:
                    cell = row[column] if column < len(row) else ()
                    named = _words(row[label]) if label is not None and label < len(row) else ""
                    if speaks(head):
                        self._cell(cell, named, table.place)
                    elif words := _words(cell):
                        self._keep(words, "", table.place, within=self._path.words, row=True)
        elif len(heads) == 1:
            # One column is a box around something that is read like the rest.
            for row in table.rows:
                self.read([replace(block, place=block.place or table.place) for block in row[0]])
        else:
            for row in table.rows:
                if any(block.what in ("heading", "item", "table") for cell in row for block in cell):
                    for cell in row:
                        self._cell(cell, "", table.place)
                elif words := " | ".join(filter(None, map(_words, row))):
                    self._keep(words, "", table.place, within=self._path.words, row=True)
        self._path.above = before

    def _cell(self, cell: Sequence[Block], named: str, place: str) -> None:
        blocks = [replace(block, place=block.place or place) for block in cell]
        if named and len(named) <= TITLE and len(blocks) == 1 and blocks[0].what == "paragraph":
            self._waiting = named
        self.read(blocks)


def _level_of(block: Block) -> float:
    """Return a heading's level; of those that only look like one, what opens a section stands above the others."""
    if block.level < LOOKS_LIKE_ONE:
        return block.level
    return LOOKS_LIKE_ONE if opens_a_section(block.text) else LOOKS_LIKE_ONE + 0.5


def _unfinished(words: str) -> bool:
    """Say whether words are the beginning of a sentence that points go on with: “Staff told us that”."""
    return bool(re.search(r"\b(that|to|of|for|with|by|because|is|are|was|were|and|or|the)$", words))


def _is_a_title(block: Block) -> bool:
    """Say whether a point is a title alone, in capitals, whose words follow below it."""
    words = block.text.rstrip(".")
    return words.isupper() and len(words.split()) > 1 and len(words) <= 100


def _words(cell: Sequence[Block]) -> str:
    return " ".join(block.text for block in cell)


def _guessed(piece: _Piece) -> Cut:
    """Return the candidate with what its headings say, from the innermost to the one that says what section it is."""
    kind = implied = perspective = level = effect = None
    audiences: list[str] = []
    ticked: bool | None = None
    why = ""
    for heading in reversed(piece.headings):
        rules = rules_for(heading)
        if heading in piece.led_in and not any(rule.kind for rule in rules):
            # A sentence that leads in to a list mentions all sorts of things.
            continue
        for rule in rules:
            implied = implied or rule.implies
            perspective = perspective or rule.perspective
            level = level or rule.level
            effect = effect or rule.effect
            if rule.audience and rule.audience not in audiences:
                audiences.append(rule.audience)
        said = [rule.ticked for rule in rules if rule.ticked is not None]
        if ticked is None and said:
            ticked = any(said)
            why = "" if ticked else WHY["section"].format(heading)
        kind = next((rule.kind for rule in rules if rule.kind), None)
        if kind or ticked is False:
            break
    kind = kind or implied or Kind.OBSERVATION
    recommended = kind == Kind.RECOMMENDATION
    if ticked is None:
        why = UNSAID
    elif ticked:
        why = _noise(piece, kind)
    return Cut(
        text=piece.text,
        title=piece.title,
        headings=piece.headings,
        place=piece.place,
        kind=kind,
        perspective=perspective or perspective_in(piece.title) or perspective_in(piece.text),
        level=level,
        effect=None if recommended else effect,
        audiences=tuple(audiences) if recommended else (),
        ticked=not why,
        why=why,
    )


def _noise(piece: _Piece, kind: str) -> str:
    """Say why a piece of a section that counts is no candidate all the same, or nothing."""
    if piece.row:
        return WHY["row"]
    # Reflections may be questions; findings and recommendations are none.
    if kind != Kind.OBSERVATION and all(one.endswith("?") for one in sentences(piece.text)):
        return WHY["question"]
    if len(piece.text.split()) < FEW_WORDS and not piece.title and not piece.text.endswith("."):
        return WHY["short"]
    return ""


def _marked(cuts: list[Cut]) -> list[Cut]:
    """Tick what no heading spoke of where none in the document says anything; mark what stands there twice."""
    spoken = any(one.ticked or one.why != UNSAID for one in cuts)
    first: dict[str, int] = {}
    out = []
    for place, one in enumerate(cuts):
        if one.why == UNSAID and not spoken:
            why = _noise(_Piece(one.text, one.title, one.headings, one.place), Kind.FINDING)
            one = replace(one, ticked=not why, why=why)
        same = first.setdefault(alike(one.text), place)
        if same != place:
            one = replace(one, ticked=False, why=WHY["same"], same_as=same)
        out.append(one)
    return out


def alike(text: str) -> str:
    """Return a text as it is compared with others of the same report: without case, punctuation and spacing."""
    return " ".join(re.findall(r"\w+", text.casefold()))
