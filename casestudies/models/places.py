"""Organisations in their tree, and the audiences that recommendations are for."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from uuid_utils.compat import uuid7

ODS_CODE = r"^[A-Z0-9]{3,10}$"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Organisation(models.Model):
    """A region, integrated care system, trust, site, ward… with the one it stands under as `parent`."""

    class Kind(models.TextChoices):
        REGION = "region", "Region"
        INTEGRATED_CARE_SYSTEM = "integrated-care-system", "Integrated care system"
        BOROUGH = "borough", "Borough"
        LOCALITY = "locality", "Locality"
        PRIMARY_CARE_NETWORK = "primary-care-network", "Primary care network"
        TRUST = "trust", "Trust"
        SITE = "site", "Site"
        WARD = "ward", "Ward"
        TEAM = "team", "Team"
        OTHER = "other", "Other organisation"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=30, choices=Kind)
    ods_code = models.CharField(
        "ODS code",
        max_length=10,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(ODS_CODE, "An ODS code is 3 to 10 capital letters and digits, such as RRV.")],
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ods_code__isnull=True) | models.Q(ods_code__regex=ODS_CODE),
                name="organisation_ods_code_form",
                violation_error_message="An ODS code is 3 to 10 capital letters and digits, such as RRV.",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="organisation_not_its_own_parent",
                violation_error_message="An organisation cannot stand under itself.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="organisation_tree_has_no_cycle",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
                condition=pgtrigger.Q(new__parent__isnull=False),
                func="""
                    -- Two moves at once could close a ring that neither sees: they take turns.
                    PERFORM pg_advisory_xact_lock(hashtext('organisation-tree'));
                    IF EXISTS (
                        WITH RECURSIVE above AS (
                            SELECT id, parent_id FROM casestudies_organisation WHERE id = NEW.parent_id
                            UNION
                            SELECT o.id, o.parent_id
                            FROM casestudies_organisation o JOIN above ON o.id = above.parent_id
                        )
                        SELECT 1 FROM above WHERE id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'An organisation cannot stand under itself.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_tree_has_no_cycle';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Audience(models.Model):
    """Who should act on a recommendation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160, unique=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
