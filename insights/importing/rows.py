"""What readers of files hand on: records of cells."""

from __future__ import annotations

from dataclasses import dataclass

# A spreadsheet's own limit is 32,767 characters; ten times as much is kept and told to be too long.
LONGEST_CELL = 327_670


@dataclass(frozen=True)
class Record:
    """A row of a file: its number as a spreadsheet shows it, its cells as texts, and what is wrong with it as a row."""

    number: int
    cells: list[str]
    fault: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)
