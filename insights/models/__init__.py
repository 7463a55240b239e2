"""Insights, who said them, what they rest on, how they are tagged, and how many there are of each."""

from insights.models.counted import Tally
from insights.models.flagged import Flag
from insights.models.merged import Apart, Merge
from insights.models.said import Evidence, Insight, Source
from insights.models.tagged import Bulk, Decision, Embedding, Review, Sample, Tag, Tagging, Turn
from insights.models.themed import Example

__all__ = [
    "Apart",
    "Bulk",
    "Decision",
    "Embedding",
    "Evidence",
    "Example",
    "Flag",
    "Insight",
    "Merge",
    "Review",
    "Sample",
    "Source",
    "Tag",
    "Tagging",
    "Tally",
    "Turn",
]
