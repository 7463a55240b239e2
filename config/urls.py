"""Every address: the pages and the API. `config.health` answers the two that say whether all is well."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("api.urls")),
    path("", include("web.urls")),
]
handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.missing"
handler500 = "web.errors.failed"
