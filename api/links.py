"""Where things are found: absolute addresses as the one who asks sees this server."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request

from insights.search import Links

# What is listed, by the name of its address.
LISTS = (
    "insights",
    "case-studies",
    "programmes",
    "organisations",
    "learning-activities",
    "habits",
    "themes",
    "audiences",
)


def root_of(request: HttpRequest | Request) -> str:
    """Return the absolute address of the API, with a slash at its end."""
    return request.build_absolute_uri(reverse("api:index"))


def links_of(request: HttpRequest | Request) -> Links:
    """Return the addresses that an insight's row is made with."""
    root = root_of(request)
    return Links(
        insight=f"{root}insights/",
        programme=f"{root}programmes/",
        case_study=f"{root}case-studies/",
        learning_activity=f"{root}learning-activities/",
        organisation=f"{root}organisations/",
        audience=f"{root}audiences/",
    )
