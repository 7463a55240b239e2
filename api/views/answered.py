"""What became of an insight and who is told: history, versions, comments, erased words, notices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api import examples
from api.answered_bodies import CommentBody, EraseBody, ReadBody, RestoreBody, WishBody
from api.bodies import body_of
from api.links import links_of
from api.paging import only_known
from api.shapes import SingleInsight
from api.shapes_answered import CommentShape, CommentsShape, ErasureShape, HistoryShape, NoticesShape
from api.views.door import Door
from api.views.insights import OneInsight
from api.writing import checked
from insights import notices
from insights.comments import comment, comments_on
from insights.erasing import erase
from insights.history import timeline
from insights.models import Comment, Insight
from insights.versions import may_read_versions, restore, versions


class InsightHistory(Door):
    """`insights/{id}/history/`"""

    @extend_schema(
        operation_id="read_history",
        summary="Read what happened to an insight",
        description=(
            "The latest event first. Words of earlier versions are for the programme's team and curators; others learn "
            "that something changed."
        ),
        responses={200: HistoryShape},
    )
    def get(self, request: Request, insight_id: UUID) -> Response:
        """Return the events and the versions."""
        only_known(request, ())
        events = timeline(person=self.person, insight_id=insight_id)
        readable = may_read_versions(self.person, Insight.objects.get(id=insight_id))
        found = versions(person=self.person, insight_id=insight_id) if readable else []
        return Response(
            {
                "events": [
                    {
                        "at": event.at,
                        "who": event.who,
                        "what": event.what,
                        "changes": [change._asdict() for change in event.changes],
                        "hidden": event.hidden,
                    }
                    for event in events
                ],
                "versions": [{"version": one.number, "at": one.at, "fields": one.fields} for one in found],
            }
        )


class InsightRestore(OneInsight):
    """`insights/{id}/restore/`"""

    @extend_schema(
        operation_id="restore_insight",
        summary="Go back to an earlier version",
        description="The words and what is said of them become those of that version; what stood stays in the history.",
        request=RestoreBody,
        responses={200: SingleInsight},
        examples=[examples.RESTORE],
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        """Restore a version."""
        said = checked(RestoreBody, body_of(request), person=self.writer)
        restore(person=self.writer, insight_id=insight_id, number=said["version"])
        return self.written(insight_id)


class InsightErase(Door):
    """`insights/{id}/erase/`"""

    @extend_schema(
        operation_id="erase_insight",
        summary="Erase the words of an insight for good",
        description=(
            "For administrators, also where they may not read the words. Text, history, embedding, tags' reasons, "
            "comments: all is gone, and the insight is withdrawn. The reason is kept. It cannot be undone."
        ),
        request=EraseBody,
        responses={200: ErasureShape},
        examples=[examples.ERASE],
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        """Erase the words."""
        said = checked(EraseBody, body_of(request), person=self.writer)
        done = erase(person=self.writer, insight_id=insight_id, reason=said["reason"])
        return Response({"erased": done.at, "reason": done.reason})


class InsightComments(Door):
    """`insights/{id}/comments/`"""

    @extend_schema(
        operation_id="list_comments",
        summary="Read the comments on an insight",
        description="Between the programme's team and curators.",
        responses={200: CommentsShape},
    )
    def get(self, request: Request, insight_id: UUID) -> Response:
        """Return the comments."""
        only_known(request, ())
        found = comments_on(person=self.person, insight_id=insight_id)
        return Response({"results": [_comment(one) for one in found]})

    @extend_schema(
        operation_id="comment_on_insight",
        summary="Comment on an insight",
        description="The other side is told that there is a comment, and not what it says.",
        request=CommentBody,
        responses={201: CommentShape},
        examples=[examples.COMMENT],
    )
    def post(self, request: Request, insight_id: UUID) -> Response:
        """Say something."""
        said = checked(CommentBody, body_of(request), person=self.writer)
        made = comment(person=self.writer, insight_id=insight_id, text=said["text"])
        return Response(_comment(made), status=status.HTTP_201_CREATED)


class Notices(Door):
    """`notices/`"""

    @extend_schema(
        operation_id="list_notices",
        summary="Read your notices",
        description="At most 100: those not read yet first, then the newest.",
        responses={200: NoticesShape},
    )
    def get(self, request: Request) -> Response:
        """Return the notices of whoever asks."""
        only_known(request, ())
        return self._answer()

    @extend_schema(
        operation_id="choose_mail",
        summary="Choose when notices go by e-mail",
        description="`at-once`, `daily` or `never`. An e-mail never holds a word of an insight.",
        request=WishBody,
        responses={200: NoticesShape},
        examples=[examples.WISH],
    )
    def patch(self, request: Request) -> Response:
        """Note the wish."""
        said = checked(WishBody, body_of(request), person=self.writer)
        notices.wish_for(person=self.writer, mail=said["mail"])
        return self._answer()

    def _answer(self) -> Response:
        links = links_of(self.request)
        return Response(
            {
                "unread": notices.unread(self.writer),
                "mail": notices.wish_of(self.writer),
                "results": [
                    {
                        "id": one.id,
                        "kind": one.kind,
                        "said": notices.in_words(one),
                        "at": one.at,
                        "read": one.read_at is not None,
                        "insight": f"{links.insight}{one.insight_id}/" if one.insight_id else None,
                        "programme": f"{links.programme}{one.programme_id}/",
                    }
                    for one in notices.mine(person=self.writer)
                ],
            }
        )


class NoticesRead(Door):
    """`notices/read/`"""

    @extend_schema(
        operation_id="read_notices",
        summary="Mark notices as read",
        description="One (`notice`), or all where none is named.",
        request=ReadBody,
        responses={204: None},
        examples=[examples.READ],
    )
    def post(self, request: Request) -> Response:
        """Mark as read."""
        said = checked(ReadBody, body_of(request), person=self.writer)
        notices.mark_read(person=self.writer, notice_id=said.get("notice"))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _comment(one: Comment) -> dict[str, Any]:
    return {"id": one.id, "person": str(one.person), "text": one.text, "at": one.at}
