"""Places, programmes, and what programmes published."""

from casestudies.models.invitations import Invitation
from casestudies.models.places import Audience, Organisation
from casestudies.models.programmes import (
    LearningActivity,
    Lever,
    Measure,
    MeasurePoint,
    Membership,
    Programme,
)
from casestudies.models.published import CaseStudy, KeyFigure, Loaded, Topic

__all__ = [
    "Audience",
    "CaseStudy",
    "Invitation",
    "KeyFigure",
    "LearningActivity",
    "Lever",
    "Loaded",
    "Measure",
    "MeasurePoint",
    "Membership",
    "Organisation",
    "Programme",
    "Topic",
]
