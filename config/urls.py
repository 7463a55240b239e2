"""Every address: the pages, the API, and the two that say whether all is well."""

from __future__ import annotations

urlpatterns: list = []
