"""Where and when a person's sessions were last seen."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# A session that is used is noted once in this many seconds, not at every page.
BETWEEN_NOTES = 300


class SeenMiddleware:
    """Note that a session was seen, and from where."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        # Whoever has just signed in is noted by that, and whoever has just signed out is gone.
        is_theirs = key and key == request.session.session_key and request.user.is_authenticated
        if is_theirs and cache.add(f"seen:{key}", 1, BETWEEN_NOTES):
            UserSession.objects.create_from_request(request)
        return answer


def device_of(user_agent: str) -> str:
    """Return what a browser says of itself in words that people know: “Firefox on Windows”."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
        *(("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
