"""Every address: the pages and the API. `config.health` answers the two that say whether all is well."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("api.urls")),
    path("", include("web.urls")),
    path("", include("web.entrance.addresses")),
]
handler400 = "config.doors.bad_request"
handler403 = "config.doors.forbidden"
handler404 = "config.doors.missing"
handler500 = "config.doors.failed"
# django-allauth asks for this one.
handler429 = "web.errors.too_many"
