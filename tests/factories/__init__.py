"""Rows for tests, one factory per model. Each row is valid as it stands; say only what the test is about.

    InsightFactory()                                    published, by staff, in a programme of its own
    InsightFactory(status="draft", source__consent="withheld")
    TagFactory(insight=insight, code=habit("culture"))  a machine's suggestion
    TagFactory(insight=insight, code=habit("staff"), confirmed=True)

Rows are written through the ORM, past the verbs, so that a test can put things where no verb would. What the database
keeps by itself (tallies, taggings) comes with them; `TaggingFactory` fills in the row that is already there.
"""

from __future__ import annotations

from tests.factories.answered import CommentFactory, ErasureFactory, NoticeFactory, ReceiptFactory, WishFactory
from tests.factories.codes import (
    CodebookFactory,
    CodeFactory,
    ExampleFactory,
    TaggerFactory,
    ThemeFactory,
    TrainingFactory,
    habit,
)
from tests.factories.flagged import FlagFactory
from tests.factories.imported import (
    ImportColumnsFactory,
    ImportedFactory,
    ImportFactory,
    ImportPartFactory,
    ImportRowFactory,
)
from tests.factories.judged import (
    WIDTH,
    BulkFactory,
    DecisionFactory,
    EmbeddingFactory,
    ReviewFactory,
    SampleFactory,
    TagFactory,
    TaggingFactory,
    TurnFactory,
)
from tests.factories.logged import LastLoggedFactory, QueueKeyFactory, SentFactory
from tests.factories.people import AccessTokenFactory, UserFactory, token_of
from tests.factories.programmes import (
    AudienceFactory,
    CaseStudyFactory,
    InvitationFactory,
    KeyFigureFactory,
    LearningActivityFactory,
    LeverFactory,
    LoadedFactory,
    MeasureFactory,
    MeasurePointFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeFactory,
)
from tests.factories.reported import CandidateFactory, ReportFactory
from tests.factories.rows import RowFactory
from tests.factories.said import ApartFactory, EvidenceFactory, InsightFactory, MergeFactory, SourceFactory

__all__ = [
    "WIDTH",
    "AccessTokenFactory",
    "ApartFactory",
    "AudienceFactory",
    "BulkFactory",
    "CandidateFactory",
    "CaseStudyFactory",
    "CodeFactory",
    "CodebookFactory",
    "CommentFactory",
    "DecisionFactory",
    "EmbeddingFactory",
    "ErasureFactory",
    "EvidenceFactory",
    "ExampleFactory",
    "FlagFactory",
    "ImportColumnsFactory",
    "ImportFactory",
    "ImportPartFactory",
    "ImportRowFactory",
    "ImportedFactory",
    "InsightFactory",
    "InvitationFactory",
    "KeyFigureFactory",
    "LastLoggedFactory",
    "LearningActivityFactory",
    "LeverFactory",
    "LoadedFactory",
    "MeasureFactory",
    "MeasurePointFactory",
    "MembershipFactory",
    "MergeFactory",
    "NoticeFactory",
    "OrganisationFactory",
    "ProgrammeFactory",
    "QueueKeyFactory",
    "ReceiptFactory",
    "ReportFactory",
    "ReviewFactory",
    "RowFactory",
    "SampleFactory",
    "SentFactory",
    "SourceFactory",
    "TagFactory",
    "TaggerFactory",
    "TaggingFactory",
    "ThemeFactory",
    "TrainingFactory",
    "TurnFactory",
    "UserFactory",
    "WishFactory",
    "habit",
    "token_of",
]
