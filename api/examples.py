"""Examples of what is sent, shown in the documentation; a test sends each of them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

SHORTEST = OpenApiExample(
    "The least that is needed",
    value={
        "text": "Relatives did not know whom to ring in the evening.",
        "kind": "observation",
        "source": {"kind": "family"},
        "programme": "ward-learning",
    },
    request_only=True,
)
FULL = OpenApiExample(
    "Everything",
    value={
        "text": "Give each bay one telephone number that is answered until eight in the evening.",
        "title": "One number to ring",
        "kind": "recommendation",
        "source": {
            "kind": "coordinator",
            "role": "bedside learning coordinator",
            "organisation": "north-ward",
            "place": "Bay 3",
            "collected_on": "2021-07-14",
            "consent": "not-needed",
        },
        "voices": [{"kind": "staff", "role": "ward clerk"}],
        "programme": "ward-learning",
        "perspective": "patient",
        "level": "team",
        "effect": "enabler",
        "response": "improve",
        "section": "Second week",
        "position": 4,
        "locator": "notebook, page 12",
        "external_id": "notebook-12-4",
        "illustrative": True,
        "audiences": ["ward-managers"],
        "status": "submitted",
    },
    request_only=True,
)
CHANGE = OpenApiExample(
    "A title, and the place where it was said",
    value={"title": "Nobody to ring", "source": {"place": "Bay 3"}},
    request_only=True,
)
DECLINE = OpenApiExample("A reason", value={"reason": "This is already said in another insight."}, request_only=True)
CONFIRM = OpenApiExample("Yes, this fits", value={"state": "confirmed"}, request_only=True)
REJECT = OpenApiExample("No, it does not", value={"state": "rejected"}, request_only=True)
SIMILAR = OpenApiExample(
    "A sentence that someone is typing", value={"text": "Nobody answers the telephone.", "limit": 3}, request_only=True
)
ME_TOO = OpenApiExample(
    "Heard on another ward",
    value={"kind": "family", "role": "daughter", "place": "Bay 3", "collected_on": "2021-07-14"},
    request_only=True,
)
JUDGEMENT = OpenApiExample("Two habits, and no others", value={"codes": ["staff", "feedback"]}, request_only=True)
BULK = OpenApiExample(
    "Confirm what is suggested, on 34 insights",
    value={"codebook": "habits", "code": "staff", "state": "confirmed", "expected_count": 34},
    request_only=True,
)
IMPORT = OpenApiExample(
    "A spreadsheet",
    value={
        "file": "(the file's bytes)",
        "programme": "ward-learning",
        "mapping": '{"text": "Comment", "kind": 3}',
        "source_kind": "staff",
        "apply": "true",
    },
    media_type="multipart/form-data",
    request_only=True,
)
