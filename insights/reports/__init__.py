"""From a report to insights: a document is read, cut into candidates under their headings, looked over and saved.

The way through: `reading` (bytes to blocks, in a process of its own: `child`) → `cutting` with `rules` (blocks to
candidates) → `taking` (rows) → `comparing` (what has been said already) → `saving` (drafts, through `capture.log`).
"""
