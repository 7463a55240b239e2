"""Background tasks: each calls one verb. Safe to run twice, late, or at the same time as another."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="insights.tag_due")
def tag_due() -> None:
    """Tag whatever is due. Run again, it finds nothing to do; run twice at once, the two share the work."""
    from insights import tagging

    tagging.sweep()


@shared_task(name="insights.compare_candidates")
def compare_candidates() -> None:
    """Embed what was cut out of reports. Run again, it finds nothing to do; run twice at once, the two share it."""
    from insights.reports import comparing

    comparing.compare_due()


@shared_task(name="insights.fold_tallies")
def fold_tallies() -> None:
    """Add the tallies up. A count is the same before and after."""
    from insights import counting

    counting.fold()


@shared_task(name="insights.learn")
def learn() -> None:
    """Train the tagger if anything was decided. While a run goes on, a second one ends at once."""
    from insights import learning
    from lhs.models import THEMES

    learning.learn_nightly()
    learning.learn_nightly(codebook=THEMES)


@shared_task(name="insights.learn_if_enough")
def learn_if_enough() -> None:
    """Train the tagger once enough is new. Run twice at once, one of the two trains."""
    from insights import learning

    learning.learn_if_enough()


@shared_task(name="insights.learn_themes")
def learn_themes() -> None:
    """Fit the themes' tagger anew where a theme was changed. Run twice at once, one of the two does it."""
    from insights import learning

    learning.learn_themes_if_due()


@shared_task(name="insights.import_due")
def import_due() -> None:
    """Check and write what is due of imports, for a while; what is then left is asked for anew, behind other work."""
    from insights.importing import running
    from insights.nudging import nudge_imports_after_commit

    if running.run_due():
        nudge_imports_after_commit()


@shared_task(name="insights.forget_imports")
def forget_imports() -> None:
    """Throw away the files and rows of imports that are old. Run again, it finds none."""
    from insights.importing import verbs

    verbs.forget_old()


@shared_task(name="insights.forget_reports")
def forget_reports() -> None:
    """Throw away what was cut out of old reports and never saved. Run again, it finds none."""
    from insights.reports import taking

    taking.forget_old()


@shared_task(name="insights.send_notices")
def send_notices() -> None:
    """Send the e-mail that is due. Run twice at once, the two share the work; run again, it finds nothing to do."""
    from insights import mailing

    mailing.send_due()
