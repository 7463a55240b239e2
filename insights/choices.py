"""The words to choose from in an insight, its sources and its tags (design: Words)."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    FINDING = "finding", "Finding"
    RECOMMENDATION = "recommendation", "Recommendation"
    OBSERVATION = "observation", "Observation"


class Perspective(models.TextChoices):
    PATIENT = "patient", "Patients"
    STAFF = "staff", "Staff"
    WAYS_OF_WORKING = "ways-of-working", "Ways of working"


class Level(models.TextChoices):
    TEAM = "team", "Team"
    ORGANISATION = "organisation", "Organisation"
    SYSTEM = "system", "System"


class Effect(models.TextChoices):
    ENABLER = "enabler", "Enabler"
    BARRIER = "barrier", "Barrier"


class Response(models.TextChoices):
    FIX = "fix", "Fix: put right now"
    IMPROVE = "improve", "Improve: change locally"
    CHANGE = "change", "Change: the system has to change"


class SourceKind(models.TextChoices):
    STAFF = "staff", "Staff"
    PATIENT = "patient", "Patient"
    FAMILY = "family", "Family or carer"
    COORDINATOR = "coordinator", "Bedside learning coordinator"
    DATA = "data", "Data"
    TEAM = "team", "Programme team"


class Consent(models.TextChoices):
    NOT_NEEDED = "not-needed", "Not needed"
    GIVEN = "given", "Given"
    WITHHELD = "withheld", "Withheld: the words stay inside the programme"


class Relation(models.TextChoices):
    RESTS_ON = "rests-on", "Rests on"
    SUPPORTS = "supports", "Supports"
    CONTRADICTS = "contradicts", "Contradicts"
    REPEATS = "repeats", "Repeats"


class TagState(models.TextChoices):
    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"


class TagOrigin(models.TextChoices):
    MACHINE = "machine", "Machine"
    PERSON = "person", "Person"


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"
    UNDONE = "undone", "Taken back"


class Queue(models.TextChoices):
    PAGE = "page", "On the insight's own page, or over the API"
    QUEUE = "queue", "In the review queue"
    AUDIT = "audit", "In the audit sample"
    SAMPLE = "sample", "In a sample that several judge"
    BULK = "bulk", "On everything that a filter selects"
    LOADED = "loaded", "Loaded with a case study"


class NoticeKind(models.TextChoices):
    """What a person is told of."""

    SUBMITTED = "submitted", "Sent in"
    IMPORTED = "imported", "Sent in from a spreadsheet"
    PUBLISHED = "published", "Published"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    COMMENT = "comment", "A comment"


class MailWish(models.TextChoices):
    """When notices go by e-mail as well."""

    AT_ONCE = "at-once", "At once"
    DAILY = "daily", "Once a day, in the morning"
    NEVER = "never", "Never: I look here"
