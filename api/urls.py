"""The addresses of the API (design: Addresses others rely on), all beneath `/api/`."""

from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from api.views import (
    answered,
    documents,
    flags,
    imports,
    insights,
    library,
    receipts,
    reports,
    review,
    said,
    tagger,
    themes,
)
from api.views.door import Door
from casestudies.lifecycle import MOVE_NAMES
from lhs.models import HABITS, THEMES

app_name = "api"

LISTS: dict[str, type[Door]] = {**library.LISTS, "themes": themes.ThemeList}
DETAILS: dict[str, type[Door]] = {**library.DETAILS, "themes": themes.ThemeDetail}
ONE = "insights/<uuid:insight_id>/"

of_insights: list[URLPattern] = [
    path("insights/", insights.InsightList.as_view(), name="insights"),
    path("insights/similar/", said.Similar.as_view(), name="similar"),
    path(ONE, insights.InsightDetail.as_view(), name="insight"),
    *(path(f"{ONE}{name}/", insights.MOVES[name].as_view(), name=f"insight-{name}") for name in MOVE_NAMES),
    path(f"{ONE}comments/", answered.InsightComments.as_view(), name="insight-comments"),
    path(f"{ONE}erase/", answered.InsightErase.as_view(), name="insight-erase"),
    path(f"{ONE}history/", answered.InsightHistory.as_view(), name="insight-history"),
    path(f"{ONE}restore/", answered.InsightRestore.as_view(), name="insight-restore"),
    path(f"{ONE}flags/redact/", flags.RedactAll.as_view(), name="insight-redact"),
    path(f"{ONE}flags/<uuid:flag_id>/redact/", flags.Redact.as_view(), name="flag-redact"),
    path(f"{ONE}flags/<uuid:flag_id>/not-identifying/", flags.NotIdentifying.as_view(), name="flag-not-identifying"),
    path(f"{ONE}voices/", said.InsightVoices.as_view(), name="insight-voices"),
    path(f"{ONE}habits/<slug:code>/", insights.InsightHabit.as_view(codebook=HABITS), name="insight-habit"),
    path(f"{ONE}themes/<slug:code>/", insights.InsightTheme.as_view(codebook=THEMES), name="insight-theme"),
]
of_the_library: list[URLPattern] = [
    *(path(f"{name}/", view.as_view(), name=name) for name, view in LISTS.items()),
    *(path(f"{name}/<slug:key>/", view.as_view(), name=f"{name}-one") for name, view in DETAILS.items()),
    path("themes/<slug:key>/merge/", themes.ThemeMerge.as_view(), name="theme-merge"),
    path("themes/<slug:key>/split/", themes.ThemeSplit.as_view(), name="theme-split"),
    path("themes/<slug:key>/retire/", themes.ThemeRetire.as_view(), name="theme-retire"),
]
of_the_desk: list[URLPattern] = [
    path("review/", review.Next.as_view(), name="review"),
    path("review/undo/", review.Undo.as_view(), name="review-undo"),
    path("review/bulk/", review.InBulk.as_view(), name="review-bulk"),
    path("review/bulk/<uuid:bulk_id>/undo/", review.UndoBulk.as_view(), name="review-bulk-undo"),
    path("review/<uuid:turn_id>/", review.Settle.as_view(), name="review-settle"),
    path("review/<uuid:turn_id>/skip/", review.Skip.as_view(), name="review-skip"),
    path("agreement/", review.AgreementDoor.as_view(), name="agreement"),
]
of_reports: list[URLPattern] = [
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<uuid:report_id>/", reports.OneReport.as_view(), name="report"),
    path("reports/<uuid:report_id>/save/", reports.Save.as_view(), name="report-save"),
]
of_imports: list[URLPattern] = [
    path("imports/", imports.ImportList.as_view(), name="imports"),
    path("imports/<uuid:import_id>/", imports.ImportDetail.as_view(), name="import"),
    path("imports/<uuid:import_id>/rows/", imports.ImportRows.as_view(), name="import-rows"),
    path("imports/<uuid:import_id>/failed/", imports.FailedRows.as_view(), name="import-failed"),
    path("imports/<uuid:import_id>/apply/", imports.Apply.as_view(), name="import-apply"),
    path("imports/<uuid:import_id>/cancel/", imports.Cancel.as_view(), name="import-cancel"),
]
v1: list[URLPattern] = [
    path("", documents.Index.as_view(), name="index"),
    *of_insights,
    *of_the_library,
    *of_the_desk,
    *of_reports,
    *of_imports,
    path("receipts/<str:code>/", receipts.ReceiptDoor.as_view(), name="receipt"),
    path("notices/", answered.Notices.as_view(), name="notices"),
    path("notices/read/", answered.NoticesRead.as_view(), name="notices-read"),
    path("tagger/", tagger.Tagger.as_view(), name="tagger"),
    path("schema/", documents.SchemaDocument.as_view(), name="schema"),
    path("docs/", documents.Docs.as_view(), name="docs"),
]
urlpatterns = [
    path("v1/", include(v1)),
    re_path(r"", documents.unknown, name="unknown"),
]
