"""The pages for people. Every view says who may open it (web.access)."""

from __future__ import annotations

from django.urls import path

from web.views import (
    about,
    case_studies,
    deciding,
    flags,
    home,
    insights,
    logging,
    review,
    said,
    signing_in,
    tagger,
    themes,
)

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("case-studies/", case_studies.case_studies, name="case-studies"),
    path("case-studies/<uuid:case_study_id>/", case_studies.case_study_by_id, name="case-study-by-id"),
    path("case-studies/<slug:slug>/", case_studies.case_study, name="case-study"),
    path("insights/", insights.insights, name="insights"),
    path("insights/log/", logging.log, name="log"),
    path("insights/similar/", said.similar, name="similar"),
    path("insights/<uuid:insight_id>/", insights.insight, name="insight"),
    path("insights/<uuid:insight_id>/edit/", logging.edit, name="edit"),
    path("insights/screen/", flags.typed, name="typed-flags"),
    path("insights/<uuid:insight_id>/flags/", flags.settle, name="flags"),
    path("insights/<uuid:insight_id>/me-too/", said.add_voice, name="me-too"),
    path("insights/<uuid:insight_id>/tags/", insights.tags, name="tags"),
    path("insights/<uuid:insight_id>/tags/add/", deciding.add, name="add-tag"),
    path(
        "insights/<uuid:insight_id>/habits/<slug:code>/", deciding.decide, {"codebook": "habits"}, name="decide-habits"
    ),
    path(
        "insights/<uuid:insight_id>/themes/<slug:code>/", deciding.decide, {"codebook": "themes"}, name="decide-themes"
    ),
    path("insights/<uuid:insight_id>/<slug:name>/", deciding.move, name="move"),
    path("duplicates/", said.duplicates, name="duplicates"),
    path("duplicates/merge/", said.merge, name="merge"),
    path("duplicates/apart/", said.keep_apart, name="keep-apart"),
    path("duplicates/undo/", said.undo_merge, name="undo-merge"),
    path("review/", review.review, name="review"),
    path("review/bulk/", review.in_bulk, name="review-bulk"),
    path("review/bulk/undo/", review.undo_bulk, name="undo-bulk"),
    path("agreement/", review.agreement, name="agreement"),
    path("agreement/<uuid:sample_id>/", review.sample, name="sample"),
    path("tagger/", tagger.tagger, name="tagger"),
    path("tagger/transparency/", tagger.transparency, name="transparency"),
    path("tagger/training/", tagger.training, name="tagger-training"),
    path("themes/", themes.themes, name="themes"),
    path("themes/new/", themes.new, name="new-theme"),
    path("themes/<slug:slug>/", themes.theme, name="theme"),
    path("themes/<slug:slug>/change/", themes.change, name="change-theme"),
    path("themes/<slug:slug>/merge/", themes.merge, name="merge-theme"),
    path("themes/<slug:slug>/split/", themes.split, name="split-theme"),
    path("themes/<slug:slug>/retire/", themes.retire, name="retire-theme"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/link/", signing_in.sign_in_link, name="sign-in-link"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("colours.css", about.colours, name="colours"),
]
