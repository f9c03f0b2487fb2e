"""Case history and audit trail become chains; daily seals; requests that may come twice; words of cases.

Rows that are there already are chained as they stand: what was changed before, no sum can tell.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from core import chain
from core.words import words_of_text

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_SUM = sa.String(length=64)
_PAGE = 2000
#: As `ticketing.history.chain.COVERED` and `core.trail.COVERED` were when this was written.
_ENTRY = (
    *("case_id", "seq", "at", "actor_id", "address", "move", "from_stage", "to_stage"),
    *("note", "changes", "inputs"),
)
_LINE = ("id", "at", "actor_id", "action", "subject", "address", "detail")
APPEND_ONLY = ("audit_links", "history_seals", "history_seal_heads")


def upgrade() -> None:
    for column, length in (("address", 64), ("prev_hash", 64), ("hash", 64)):
        op.add_column(
            "case_history", sa.Column(column, sa.String(length=length), nullable=False, server_default="")
        )
    op.create_index(op.f("ix_cases_changed_at"), "cases", ["changed_at"])
    op.create_index(op.f("ix_cases_callback_number"), "cases", ["callback_number"])
    op.create_index("ix_cases_class", "cases", ["category_code", "category_kind", "id"])
    under_way = sa.text("clock <> 'stopped'")
    op.create_index(
        "ix_cases_due_under_way",
        "cases",
        ["due_at", "id"],
        sqlite_where=under_way,
        postgresql_where=under_way,
    )
    _seals()
    _audit_links()
    _idempotency()
    _chain_history()
    _chain_audit()
    for table in APPEND_ONLY:
        _append_only(table)
    _words()


def _seals() -> None:
    op.create_table(
        "history_seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.Column("previous", _SUM, nullable=False),
        sa.Column("root", _SUM, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("audit_position", sa.Integer(), nullable=False),
        sa.Column("audit_hash", _SUM, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_history_seals")),
    )
    op.create_index(op.f("ix_history_seals_day"), "history_seals", ["day"])
    op.create_table(
        "history_seal_heads",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", _SUM, nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["history_seals.number"], name=op.f("fk_history_seal_heads_number_history_seals")
        ),
        sa.PrimaryKeyConstraint("number", "case_id", name=op.f("pk_history_seal_heads")),
    )
    op.create_index(op.f("ix_history_seal_heads_case_id"), "history_seal_heads", ["case_id"])


def _audit_links() -> None:
    op.create_table(
        "audit_links",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("hash", _SUM, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_links_audit_id")),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", _SUM, nullable=False),
        sa.Column("request", _SUM, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idempotency_keys_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_at"), "idempotency_keys", ["at"])


def _chain_history() -> None:
    """Give every entry its sum. The triggers that keep the table from being changed wait meanwhile."""
    table = _table("case_history", ("id", "prev_hash", "hash", *_ENTRY))
    key, previous, last = (0, 0), chain.FIRST, 0
    _let_change(True)
    while rows := _page(table, key):
        links = []
        for row in rows:
            if row["case_id"] != last:
                previous, last = chain.FIRST, row["case_id"]
            this = chain.link(previous, {name: row[name] for name in _ENTRY})
            links.append({"row": row["id"], "was": previous, "is": this})
            previous = this
        change = (
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(prev_hash=sa.bindparam("was"), hash=sa.bindparam("is"))
        )
        op.get_bind().execute(change, links)
        key = (rows[-1]["case_id"], rows[-1]["seq"])
    _let_change(False)


def _page(table: sa.Table, key: tuple[int, int]) -> list[Any]:
    after = sa.or_(table.c.case_id > key[0], sa.and_(table.c.case_id == key[0], table.c.seq > key[1]))
    query = sa.select(table).where(after).order_by(table.c.case_id, table.c.seq).limit(_PAGE)
    return list(op.get_bind().execute(query).mappings())


def _chain_audit() -> None:
    trail, links = _table("audit_log", _LINE), _table("audit_links", ("position", "audit_id", "hash"))
    position, previous, last = 0, chain.FIRST, 0
    while True:
        query = sa.select(trail).where(trail.c.id > last).order_by(trail.c.id).limit(_PAGE)
        rows = list(op.get_bind().execute(query).mappings())
        if not rows:
            return
        new = []
        for row in rows:
            position, last = position + 1, row["id"]
            previous = chain.link(previous, dict(row))
            new.append({"position": position, "audit_id": last, "hash": previous})
        op.get_bind().execute(links.insert(), new)


def _table(name: str, columns: tuple[str, ...]) -> sa.Table:
    sorts: dict[str, Any] = {"at": _TIME, "changes": sa.JSON(), "inputs": sa.JSON(), "detail": sa.JSON()}
    numbers = ("id", "case_id", "seq", "actor_id", "position", "audit_id")
    made = [sa.Column(one, sorts.get(one, sa.Integer() if one in numbers else sa.Text())) for one in columns]
    return sa.Table(name, sa.MetaData(), *made)


def _let_change(yes: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        verb = "DISABLE" if yes else "ENABLE"
        op.execute(f"ALTER TABLE case_history {verb} TRIGGER case_history_append_only")
    elif yes:
        op.execute("DROP TRIGGER case_history_no_update")
    else:
        _refuse_sqlite("case_history", "UPDATE")


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            _refuse_sqlite(table, verb)
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table}: rows are only ever added'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def _refuse_sqlite(table: str, verb: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
    )


def _words() -> None:
    """Words of cases for searching, which no ORM class stands for: see ticketing/search/index.py."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE case_words USING fts5"
            "(words, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '_'\")"
        )
        line = "INSERT INTO case_words(rowid, words) VALUES (:key, :words)"
    else:
        op.execute("CREATE TABLE case_words (key BIGINT PRIMARY KEY, words TEXT[] NOT NULL)")
        line = "INSERT INTO case_words(key, words) VALUES (:key, string_to_array(:words, ' '))"
    cases, last = sa.table("cases", *map(sa.column, ("id", "description", "address"))), 0
    while True:
        query = sa.select(cases).where(cases.c.id > last).order_by(cases.c.id).limit(_PAGE)
        rows = list(op.get_bind().execute(query))
        if not rows:
            break
        last = rows[-1].id
        texts = [(row.id, f"{row.description}\n{row.address}") for row in rows]
        new = [{"key": key, "words": " ".join(sorted(words_of_text(text)))} for key, text in texts]
        op.get_bind().execute(sa.text(line), new)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_case_words_words ON case_words USING gin (words)")
