"""Insights, who said them, what they rest on, how they are tagged, and how many there are of each."""

from insights.models.counted import Tally
from insights.models.logged import LastLogged, QueueKey, Sent
from insights.models.merged import Apart, Merge
from insights.models.said import Evidence, Insight, Source
from insights.models.tagged import Bulk, Decision, Embedding, Review, Sample, Tag, Tagging, Turn

__all__ = [
    "Apart",
    "Bulk",
    "Decision",
    "Embedding",
    "Evidence",
    "Insight",
    "LastLogged",
    "Merge",
    "QueueKey",
    "Review",
    "Sample",
    "Sent",
    "Source",
    "Tag",
    "Tagging",
    "Tally",
    "Turn",
]
