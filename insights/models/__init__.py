"""Insights, who said them, what they rest on, how they are tagged, and how many there are of each."""

from insights.models.answered import Comment, Erasure, Move, Notice, Receipt, Wish
from insights.models.counted import Tally
from insights.models.flagged import Flag
from insights.models.imported import Import, ImportColumns, Imported, ImportPart, ImportRow
from insights.models.logged import LastLogged, QueueKey, Sent
from insights.models.merged import Apart, Merge
from insights.models.reported import Candidate, Report
from insights.models.said import Evidence, Insight, Source
from insights.models.tagged import Bulk, Decision, Embedding, Review, Sample, Tag, Tagging, Turn
from insights.models.themed import Example

__all__ = [
    "Apart",
    "Bulk",
    "Candidate",
    "Comment",
    "Decision",
    "Embedding",
    "Erasure",
    "Evidence",
    "Example",
    "Flag",
    "Import",
    "ImportColumns",
    "ImportPart",
    "ImportRow",
    "Imported",
    "Insight",
    "LastLogged",
    "Merge",
    "Move",
    "Notice",
    "QueueKey",
    "Receipt",
    "Report",
    "Review",
    "Sample",
    "Sent",
    "Source",
    "Tag",
    "Tagging",
    "Tally",
    "Turn",
    "Wish",
]
