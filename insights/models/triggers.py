"""What the database does by itself when insights, sources and tags change, whoever changes them and however many.

Four things are kept: what is due for tagging, whether an insight's words are withheld, whether they hold an open
flag, and the tallies that every count is read from. All are statement triggers over the rows that changed, so a bulk
load costs one pass.

The Tagging rows are the lock of an insight's tags: the worker holds them while it tags, a person's decision takes
them first, and so does any change of what an insight is counted under. The insight's own row is the lock of its
sources. So no two see half of each other's work. Locks are taken in this order: insight, its sources, Tagging; the
worker, which begins with Tagging, never waits for an insight, because nothing changes an insight's key.
"""

from __future__ import annotations

import pghistory
import pgtrigger

COUNTED = "status, programme_id, case_study_id, kind, perspective, level, effect, response, words_withheld, flagged"

# Readers of what is published do not find one that holds an open flag, so it is not counted while it is published.
_IN_TALLIES = "NOT {row}.words_withheld AND NOT ({row}.flagged AND {row}.status = 'published')"

# One tally row per facet of the rows `r`: what it is counted under, with `sign` +1 as it came and -1 as it went.
_FACETS = """
    SELECT 'all' AS facet, '' AS value
    UNION ALL SELECT 'kind', r.kind
    UNION ALL SELECT 'perspective', r.perspective WHERE r.perspective IS NOT NULL
    UNION ALL SELECT 'level', r.level WHERE r.level IS NOT NULL
    UNION ALL SELECT 'effect', r.effect WHERE r.effect IS NOT NULL
    UNION ALL SELECT 'response', r.response WHERE r.response IS NOT NULL
    UNION ALL SELECT 'source_kind', s.kind FROM insights_source s WHERE s.insight_id = r.id AND s.position = 0
    UNION ALL SELECT b.slug || ':' || t.state, c.slug
        FROM insights_tag t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id
        WHERE t.insight_id = r.id
"""


def tally_insights(rows: str) -> str:
    """Return SQL that books every facet of `rows` (a query giving `sign` and an insight's columns)."""
    return f"""
        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)
        SELECT r.programme_id, r.case_study_id, r.status, f.facet, f.value, sum(r.sign)
        FROM ({rows}) r CROSS JOIN LATERAL ({_FACETS}) f
        WHERE {_IN_TALLIES.format(row="r")}
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(r.sign) <> 0;
    """


def tally_parts(rows: str) -> str:
    """Return SQL that books `rows` (a query giving sign, insight_id, facet, value) under their insights."""
    return f"""
        INSERT INTO insights_tally (programme_id, case_study_id, status, facet, value, n)
        SELECT i.programme_id, i.case_study_id, i.status, p.facet, p.value, sum(p.sign)
        FROM ({rows}) p JOIN insights_insight i ON i.id = p.insight_id
        WHERE {_IN_TALLIES.format(row="i")}
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.sign) <> 0;
    """


def came_together() -> pghistory.InsertEvent:
    """Return the event of rows that came, noted once for all rows of a statement.

    Row by row each one would look up who did it and touch that same row again: what a thousand cost grew as a square.
    """
    return pghistory.InsertEvent(level=pgtrigger.Statement)


def statement(
    *,
    name: str,
    operation: pgtrigger.Operation,
    old: str | None,
    new: str | None,
    func: str,
    declare: list[tuple[str, str]] | None = None,
) -> pgtrigger.Trigger:
    """Return a statement trigger that sees the rows as they were (`old`) and as they are (`new`)."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(old=old, new=new),
        declare=declare,
        func=func + "\nRETURN NULL;",
    )


def _differing(columns: str) -> str:
    """Return SQL for the ids, as an array, of rows whose `columns` are not as they were.

    By a set operation and not by a join of `was` and `now_is`: a trigger's plans are kept for the session, as they were
    good for the number of rows that came first. One that was made for no row or one is cubic in the next thousand.
    """
    return f"""ARRAY(
        SELECT c.id FROM (SELECT id, {columns} FROM now_is EXCEPT SELECT id, {columns} FROM was) c
    )"""


INSIGHT_TRIGGERS = [
    pgtrigger.Trigger(
        name="insight_modified",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        # The database's own bookkeeping (consent, open flags) is no change that a reader's copy could be stale by; and
        # a stale copy that is saved does not bring an old one back.
        func="""
            IF NEW.words_withheld <> OLD.words_withheld THEN
                NEW.words_withheld = EXISTS (
                    SELECT 1 FROM insights_source WHERE insight_id = NEW.id AND consent = 'withheld'
                );
            END IF;
            IF NEW.flagged <> OLD.flagged THEN
                NEW.flagged = EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open');
            END IF;
            IF to_jsonb(NEW) - '{modified,words_withheld,flagged,search,digest}'::text[]
                IS DISTINCT FROM to_jsonb(OLD) - '{modified,words_withheld,flagged,search,digest}'::text[] THEN
                NEW.modified = clock_timestamp();
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="insight_marked_from_the_start",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        # Sources and flags may have been written before it: a bulk load then has no row to go back to.
        func="""
            NEW.words_withheld = EXISTS (
                SELECT 1 FROM insights_source WHERE insight_id = NEW.id AND consent = 'withheld'
            );
            NEW.flagged = EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open');
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="insight_published_without_open_flags",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("status"),
        condition=pgtrigger.Q(new__status="published") & ~pgtrigger.Q(old__status="published"),
        func="""
            IF EXISTS (SELECT 1 FROM insights_flag WHERE insight_id = NEW.id AND state = 'open') THEN
                RAISE EXCEPTION 'It may tell who somebody is: redact it, or say that it is not identifying.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_published_without_open_flags';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Protect(name="insights_are_withdrawn_not_deleted", operation=pgtrigger.Delete),
    pgtrigger.Trigger(
        name="insight_kind_fits_its_evidence",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("kind"),
        condition=pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind")),
        func="""
            IF EXISTS (
                SELECT 1 FROM insights_evidence e
                JOIN insights_insight a ON a.id = e.insight_id JOIN insights_insight b ON b.id = e.other_id
                WHERE NEW.id IN (e.insight_id, e.other_id)
                    AND (b.kind = 'recommendation' OR (a.kind = 'recommendation') <> (e.relation = 'rests-on'))
            ) THEN
                RAISE EXCEPTION 'Its links to other insights do not fit that kind: take them away first.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_kind_fits_its_evidence';
            END IF;
            RETURN NULL;
        """,
    ),
    statement(
        name="insight_came",
        operation=pgtrigger.Insert,
        old=None,
        new="now_is",
        func="""
            INSERT INTO insights_tagging (insight_id, codebook_id, due)
            SELECT n.id, b.id, true FROM now_is n CROSS JOIN lhs_codebook b;
        """
        + tally_insights("SELECT 1 AS sign, n.* FROM now_is n"),
    ),
    statement(
        name="insight_changed",
        operation=pgtrigger.Update,
        old="was",
        new="now_is",
        declare=[("counted", "uuid[]"), ("reworded", "uuid[]")],
        func=f"""
            counted = {_differing(COUNTED)};
            IF cardinality(counted) > 0 THEN
                PERFORM 1 FROM insights_tagging WHERE insight_id = ANY (counted)
                    ORDER BY insight_id, codebook_id FOR UPDATE;
        """
        + tally_insights(
            "SELECT -1 AS sign, o.* FROM was o WHERE o.id = ANY (counted)"
            " UNION ALL SELECT 1, n.* FROM now_is n WHERE n.id = ANY (counted)"
        )
        + f"""
            END IF;
            -- Even if it is due already: a worker that has these rows is waited for, then made to look again.
            reworded = {_differing("title, text")};
            IF cardinality(reworded) > 0 THEN
                UPDATE insights_tagging SET due = true WHERE insight_id = ANY (reworded);
            END IF;
        """,
    ),
    statement(
        name="insight_moved",
        operation=pgtrigger.Update,
        old="was",
        new="now_is",
        func="""
            INSERT INTO insights_move (insight_id, was, status)
            SELECT id, max(before), max(after)
            FROM (
                SELECT id, status AS before, NULL AS after FROM was
                UNION ALL SELECT id, NULL, status FROM now_is
            ) both_of GROUP BY id HAVING max(before) <> max(after);
        """,
    ),
    pgtrigger.Trigger(
        name="insight_erased_stays_erased",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "OLD.status = 'withdrawn' AND (NEW.status <> OLD.status OR NEW.text <> OLD.text OR NEW.title <> OLD.title)"
        ),
        func="""
            IF EXISTS (SELECT 1 FROM insights_erasure WHERE insight_id = OLD.id) THEN
                RAISE EXCEPTION 'The words of this insight were erased; it stays withdrawn.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_erased_stays_erased';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="insight_has_a_source",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Insert,
        func="""
            IF NOT EXISTS (SELECT 1 FROM insights_source WHERE insight_id = NEW.id AND position = 0) THEN
                RAISE EXCEPTION 'Say whose voice this is: an insight has at least one source.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_has_a_source';
            END IF;
            RETURN NULL;
        """,
    ),
]

_HOLD = "PERFORM 1 FROM insights_insight WHERE id IN ({ids}) ORDER BY id FOR NO KEY UPDATE;"
_FLAG = """
    UPDATE insights_insight i SET words_withheld = w.withheld
    FROM (
        SELECT insight_id, bool_or(consent = 'withheld') AS withheld FROM insights_source
        WHERE insight_id IN ({ids}) GROUP BY insight_id
    ) w
    WHERE i.id = w.insight_id AND i.words_withheld <> w.withheld;
"""
_WAS, _NOW = "SELECT insight_id FROM was", "SELECT insight_id FROM now_is"
_BOTH = f"{_WAS} UNION {_NOW}"
_SOURCE = "SELECT {sign} AS sign, insight_id, 'source_kind' AS facet, kind AS value FROM {rows} WHERE position = 0"

SOURCE_TRIGGERS = [
    statement(
        name="source_gets_a_receipt",
        operation=pgtrigger.Insert,
        old=None,
        new="now_is",
        # A code that is taken already (one in 35 million million) is left out here, and made when it is asked for.
        func="""
            INSERT INTO insights_receipt (code, insight_id, source_id)
            SELECT lhs_receipt_code(), n.insight_id, n.id FROM now_is n ON CONFLICT DO NOTHING;
        """,
    ),
    statement(
        name="source_came",
        operation=pgtrigger.Insert,
        old=None,
        new="now_is",
        func=_HOLD.format(ids=_NOW) + tally_parts(_SOURCE.format(sign=1, rows="now_is")) + _FLAG.format(ids=_NOW),
    ),
    statement(
        name="source_changed",
        operation=pgtrigger.Update,
        old="was",
        new="now_is",
        func=_HOLD.format(ids=_BOTH)
        + tally_parts(_SOURCE.format(sign=-1, rows="was") + " UNION ALL " + _SOURCE.format(sign=1, rows="now_is"))
        + _FLAG.format(ids=_BOTH),
    ),
    statement(
        name="source_went",
        operation=pgtrigger.Delete,
        old="was",
        new=None,
        func=_HOLD.format(ids=_WAS) + tally_parts(_SOURCE.format(sign=-1, rows="was")) + _FLAG.format(ids=_WAS),
    ),
    pgtrigger.Trigger(
        name="insight_keeps_a_source",
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        operation=pgtrigger.Delete | pgtrigger.UpdateOf("position", "insight_id"),
        func="""
            IF EXISTS (SELECT 1 FROM insights_insight WHERE id = OLD.insight_id)
                AND NOT EXISTS (SELECT 1 FROM insights_source WHERE insight_id = OLD.insight_id AND position = 0)
            THEN
                RAISE EXCEPTION 'Say whose voice this is: an insight has at least one source.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'insight_keeps_a_source';
            END IF;
            RETURN NULL;
        """,
    ),
]

_FLAGGED = """
    UPDATE insights_insight i SET flagged = NOT i.flagged
    WHERE i.id IN ({ids})
        AND i.flagged <> EXISTS (SELECT 1 FROM insights_flag f WHERE f.insight_id = i.id AND f.state = 'open');
"""

FLAG_TRIGGERS = [
    statement(
        name="flag_came",
        operation=pgtrigger.Insert,
        old=None,
        new="now_is",
        func=_HOLD.format(ids=_NOW) + _FLAGGED.format(ids=_NOW),
    ),
    statement(
        name="flag_changed",
        operation=pgtrigger.Update,
        old="was",
        new="now_is",
        func=_HOLD.format(ids=_BOTH) + _FLAGGED.format(ids=_BOTH),
    ),
    statement(
        name="flag_went",
        operation=pgtrigger.Delete,
        old="was",
        new=None,
        func=_HOLD.format(ids=_WAS) + _FLAGGED.format(ids=_WAS),
    ),
]

_TAG = """
    SELECT {sign} AS sign, t.insight_id, b.slug || ':' || t.state AS facet, c.slug AS value
    FROM {rows} t JOIN lhs_code c ON c.id = t.code_id JOIN lhs_codebook b ON b.id = c.codebook_id
"""
# Only the rows of the tags' own codebooks: a decision on a theme does not wait for the worker at the habits.
_HOLD_TAGS = """
    PERFORM 1 FROM insights_tagging WHERE (insight_id, codebook_id) IN (
        SELECT t.insight_id, c.codebook_id FROM ({rows}) t JOIN lhs_code c ON c.id = t.code_id
    ) ORDER BY insight_id, codebook_id FOR UPDATE;
"""
_TAG_WAS, _TAG_NOW = "SELECT insight_id, code_id FROM was", "SELECT insight_id, code_id FROM now_is"

TAG_TRIGGERS = [
    statement(
        name="tag_came",
        operation=pgtrigger.Insert,
        old=None,
        new="now_is",
        func=_HOLD_TAGS.format(rows=_TAG_NOW) + tally_parts(_TAG.format(sign=1, rows="now_is")),
    ),
    statement(
        name="tag_changed",
        operation=pgtrigger.Update,
        old="was",
        new="now_is",
        func=_HOLD_TAGS.format(rows=f"{_TAG_WAS} UNION {_TAG_NOW}")
        + tally_parts(_TAG.format(sign=-1, rows="was") + " UNION ALL " + _TAG.format(sign=1, rows="now_is")),
    ),
    statement(
        name="tag_went",
        operation=pgtrigger.Delete,
        old="was",
        new=None,
        func=_HOLD_TAGS.format(rows=_TAG_WAS) + tally_parts(_TAG.format(sign=-1, rows="was")),
    ),
    pgtrigger.Trigger(
        name="tag_stays_a_persons",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Condition("OLD.origin = 'person'"),
        func="""
            IF (TG_OP = 'DELETE' OR NEW.origin <> 'person') AND 'undone' IS DISTINCT FROM (
                SELECT verdict FROM insights_decision
                WHERE insight_id = OLD.insight_id AND (
                    code_id = OLD.code_id OR code_id IN (SELECT id FROM lhs_code WHERE merged_into_id = OLD.code_id)
                ) ORDER BY id DESC LIMIT 1
            ) AND NOT (
                -- Of a code that was merged the other one's tag says what holds; the decisions stay.
                TG_OP = 'DELETE'
                AND EXISTS (SELECT 1 FROM lhs_code WHERE id = OLD.code_id AND merged_into_id IS NOT NULL)
            ) THEN
                RAISE EXCEPTION 'A person decided this tag; a machine does not change it.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tag_stays_a_persons';
            END IF;
            -- There is no new row where one is deleted, and to return none would leave it standing without a word.
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    ),
]
