"""Insights, who said them, what they rest on, how they are tagged, and how many there are of each."""

from insights.models.counted import Tally
from insights.models.said import Evidence, Insight, Source
from insights.models.tagged import Decision, Embedding, Review, Tag, Tagging

__all__ = ["Decision", "Embedding", "Evidence", "Insight", "Review", "Source", "Tag", "Tagging", "Tally"]
