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
SETTLED = OpenApiExample("A ward's name", value={"note": "Rose is a ward."}, request_only=True)
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
THEME = OpenApiExample(
    "With three examples of your own",
    value={
        "name": "Visiting",
        "definition": "When and how relatives may come, and what it means to them and to those they visit.",
        "examples": [
            "My sister could only come for an hour on Sundays.",
            "Open visiting made the evenings calmer.",
            "Nobody told us that two people may come at a time.",
        ],
    },
    request_only=True,
)
THEME_CHANGE = OpenApiExample("Another name", value={"name": "Visiting and visitors"}, request_only=True)
THEME_MERGE = OpenApiExample("Into another theme", value={"into": "visiting"}, request_only=True)
THEME_SPLIT = OpenApiExample(
    "Three insights that are about more than visiting",
    value={
        "name": "Telephone",
        "definition": "Whether relatives can reach the ward by telephone.",
        "insights": [
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "01890a5d-ac96-7c03-8d2f-0a5e5a3b1c11",
            "01890a5d-ac96-7f9e-a7d4-6a1b9c0d2e22",
        ],
    },
    request_only=True,
)
REPORT = OpenApiExample(
    "A report as text",
    value={
        "programme": "ward-learning",
        "name": "Winter review",
        "text": "# Findings\n\n## Staff perspectives\n\n- Porters wait for the lift at noon.\n\n# Recommendations\n\n"
        "- Keep one lift for porters between noon and two.\n",
    },
    request_only=True,
    media_type="application/json",
)
REPORT_FILE = OpenApiExample(
    "A report as a file",
    value={"file": "(the file's bytes)", "programme": "ward-learning", "name": "Winter review"},
    media_type="multipart/form-data",
    request_only=True,
)
SAVE_REPORT = OpenApiExample(
    "Save what is ticked, with a new activity",
    value={"new_activity": {"kind": "after-action-review", "name": "Winter review"}},
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
RESTORE = OpenApiExample("The first version", value={"version": 1}, request_only=True)
ERASE = OpenApiExample("A reason", value={"reason": "A patient asked for it."}, request_only=True)
COMMENT = OpenApiExample("A question", value={"text": "Which ward was it?"}, request_only=True)
WISH = OpenApiExample("One e-mail a day", value={"mail": "daily"}, request_only=True)
READ = OpenApiExample("All of them", value={}, request_only=True)
