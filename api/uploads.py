"""A spreadsheet that is sent with a few words beside it: a multipart body, bounded by its own limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework import parsers, serializers
from rest_framework.request import Request

from api.fields import Body, OneOf, Reference
from api.problems import Fault, Faulty, TooLarge
from casestudies import reading
from casestudies.lifecycle import Status
from insights.choices import Kind, SourceKind
from insights.importing.columns import FIELDS
from insights.importing.verbs import too_large

YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off", "")
# What stands beside the file in a multipart body: names, boundaries, a mapping.
BESIDE = 1 << 20


class Upload(parsers.MultiPartParser):
    """A multipart body; its file goes to the disk and not into memory."""


class ImportBody(Body):
    """A spreadsheet, the programme it belongs to, and how it is to be read."""

    file = serializers.FileField(help_text="CSV or XLSX.")
    programme = Reference("programme", reading.programmes)
    mapping = serializers.CharField(
        required=False,
        help_text=(
            "JSON: field → the heading of its column, or its number from 1. Where it is left out, columns are guessed. "
            f"Fields: {', '.join(FIELDS)}."
        ),
    )
    kind = OneOf(Kind, required=False, help_text="The kind of every row that does not say it.")
    source_kind = OneOf(SourceKind, required=False, help_text="Who said it, for every row that does not say.")
    status = OneOf([Status.DRAFT, Status.SUBMITTED], required=False, default=Status.DRAFT.value)
    apply = serializers.CharField(required=False, help_text="`true`: write the good rows once all are checked.")


def import_body(request: Request) -> dict[str, Any]:
    """Return what was sent, with each part that is a text as one; raises Faulty, TooLarge."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if said := too_large(max(0, length - BESIDE)):
        raise TooLarge(said)
    sent = cast("QueryDict", request.data)
    twice = [name for name in sent if len(sent.getlist(name)) > 1]
    if twice:
        raise Faulty(*(Fault(name[:80], "Send this once.") for name in twice))
    said_of = {name: sent[name] for name in sent}
    file = said_of.get("file")
    if isinstance(file, UploadedFile) and (reason := too_large(file.size or 0)):
        raise TooLarge(reason)
    return said_of


def mapping_in(said: Mapping[str, Any]) -> Any:
    """Return the mapping that was sent as JSON, None where there is none; raises Faulty."""
    if not said.get("mapping"):
        return None
    try:
        return json.loads(said["mapping"])
    except ValueError as fault:
        raise Faulty(Fault("mapping", 'Send JSON, such as {"text": "Comment", "kind": 3}.')) from fault


def flag_in(said: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no that was sent as a text; raises Faulty."""
    word = str(said.get(name, "")).strip().lower()
    if word not in YES + NO:
        raise Faulty(Fault(name, "Send true or false."))
    return word in YES


def upload_limit() -> int:
    """Return how many bytes a body with a spreadsheet may have."""
    return int(settings.IMPORT_BYTES) + BESIDE
