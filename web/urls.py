"""The pages for people. Every view says who may open it (web.access)."""

from __future__ import annotations

from django.urls import path

from web.views import about, case_studies, deciding, home, insights, logging, queue, review, said, signing_in, tagger

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("case-studies/", case_studies.case_studies, name="case-studies"),
    path("case-studies/<uuid:case_study_id>/", case_studies.case_study_by_id, name="case-study-by-id"),
    path("case-studies/<slug:slug>/", case_studies.case_study, name="case-study"),
    path("insights/", insights.insights, name="insights"),
    path("insights/log/", logging.log, name="log"),
    path("insights/log/bedside/", logging.log, {"bedside": True}, name="bedside"),
    path("insights/similar/", said.similar, name="similar"),
    path("insights/<uuid:insight_id>/", insights.insight, name="insight"),
    path("insights/<uuid:insight_id>/logged/", logging.logged, name="logged"),
    path("insights/<uuid:insight_id>/edit/", logging.edit, name="edit"),
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
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/link/", signing_in.sign_in_link, name="sign-in-link"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("queue/here/", queue.here, name="queue-here"),
    path("queue/key/", queue.key, name="queue-key"),
    path("queue/send/", queue.send, name="queue-send"),
    path("queue/shell/", queue.shell, name="shell"),
    path("queue/shell/bedside/", queue.shell, {"bedside": True}, name="shell-bedside"),
    path("worker.js", queue.worker, name="worker"),
    path("site.webmanifest", queue.manifest, name="manifest"),
    path("offline/", queue.offline, name="offline"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("colours.css", about.colours, name="colours"),
]
