"""How many insights there are of each kind: the summary that every count on a page is read from."""

from __future__ import annotations

from django.db import models

from casestudies.lifecycle import Status
from casestudies.models import CaseStudy, Programme


class Tally(models.Model):
    """A change in the number of insights of one programme, case study and status under one value of one facet.

    The count is the sum of `n`. Rows are only ever added (by triggers), so that people logging at once never wait for
    one another; `insights.counting.fold` adds them up from time to time. Facets: `all`, `kind`, `perspective`,
    `level`, `effect`, `response`, `source_kind`, and `<codebook>:<tag state>` with a code's slug as value.
    Insights whose words are withheld are in no tally.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", db_index=False)
    case_study = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    status = models.CharField(max_length=9, choices=Status)
    facet = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    n = models.IntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [
            models.Index(fields=["programme", "case_study"], name="tally_of_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value}: {self.n:+d}"
