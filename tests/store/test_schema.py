"""An empty database is made whole, an older one is moved, a newer or a stranger's one is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest

from server.store import schema
from server.store.schema import Book, Phase, SchemaError, Version

# What a release must not change by accident: everything that a statement can see, in an order of its own.
SCHEMA_TEXT = """
    SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || coalesce(' identity ' || nullif(a.attidentity::text, ''), '')
           || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm')
 LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
    SELECT 'constraint ' || coalesce(n.conrelid::regclass::text, t.typname) || '.' || n.conname || ' '
           || pg_get_constraintdef(n.oid)
      FROM pg_constraint n
 LEFT JOIN pg_type t ON t.oid = n.contypid
     WHERE n.connamespace = 'public'::regnamespace AND n.contype <> 'n'
     UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL
    SELECT 'function ' || pg_get_functiondef(p.oid)
      FROM pg_proc p
 LEFT JOIN pg_depend e ON e.objid = p.oid AND e.deptype = 'e'
     WHERE p.pronamespace = 'public'::regnamespace AND e.objid IS NULL AND p.prokind <> 'a'
     UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL
    SELECT 'view ' || viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
     UNION ALL
    SELECT 'extension ' || extname FROM pg_extension
  ORDER BY 1
"""


async def described(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(SCHEMA_TEXT)]
    finally:
        await connection.close()


async def version(url: str) -> Version | None:
    connection = await asyncpg.connect(url)
    try:
        return await schema.select_version(connection)
    finally:
        await connection.close()


async def check(url: str, book: Book) -> Version:
    connection = await asyncpg.connect(url)
    try:
        return await schema.check(connection, book)
    finally:
        await connection.close()


FIRST = """
    CREATE TABLE schema_version (version int NOT NULL, oldest int NOT NULL, changed_at timestamptz);
    INSERT INTO schema_version VALUES (1, 1);
    CREATE TABLE thing (id int PRIMARY KEY);
"""
THIRD = """
    CREATE TABLE schema_version (version int NOT NULL, oldest int NOT NULL, changed_at timestamptz);
    INSERT INTO schema_version VALUES (3, 3);
    CREATE TABLE thing (id int PRIMARY KEY, colour text NOT NULL);
"""
PRE = {"0002_pre_colour.sql": "ALTER TABLE thing ADD colour text;"}
POST = {**PRE, "0003_post_colour_known.sql": "ALTER TABLE thing ALTER colour SET NOT NULL;"}


def a_book(folder: Path, schema_text: str, migrations: Mapping[str, str] | None = None) -> Book:
    """The book of an imagined release."""
    root = folder / f"release-{len(list(folder.iterdir()))}"
    (root / "migrations" / "after").mkdir(parents=True)
    (root / "migrations" / "after" / "grants.sql").write_text("GRANT SELECT ON schema_version TO shangke_app")
    (root / "schema.sql").write_text(schema_text)
    for name, text in (migrations or {}).items():
        (root / "migrations" / name).write_text(text)
    return schema.read_book(root)


async def test_an_empty_database_becomes_the_schema(empty_database: str) -> None:
    before, after = await schema.migrate(empty_database)
    book = schema.read_book()
    # Code from before the last `post` migration may not use it.
    oldest = max([1, *(each.number for each in book.migrations if each.phase is schema.Phase.POST)])
    assert (before, after) == (None, Version(version=book.version, oldest=oldest))
    assert await schema.migrate(empty_database) == (after, after)


async def test_two_migrations_at_once_make_one_schema(empty_database: str) -> None:
    outcomes = await asyncio.gather(*(schema.migrate(empty_database) for _ in range(4)))
    assert [before is None for before, _ in outcomes].count(True) == 1
    assert {after for _, after in outcomes} == {await version(empty_database)}


async def test_the_first_schema_and_all_migrations_make_schema_sql(
    empty_database: str, database: str, tmp_path: Path
) -> None:
    """As long as there is no migration, schema.sql is the first schema. The first migration must bring
    migrations/first/schema.sql, which is schema.sql as it was before."""
    now = schema.read_book()
    first = schema.ROOT / "migrations" / "first" / "schema.sql" if now.migrations else now.schema
    await schema.migrate(empty_database, book=a_book(tmp_path, first.read_text()))
    await schema.migrate(empty_database, book=now)
    assert await described(empty_database) == await described(database)


async def test_an_older_database_is_moved_to_what_an_empty_one_becomes(
    empty_database: str, database: str, tmp_path: Path
) -> None:
    await schema.migrate(empty_database, book=a_book(tmp_path, FIRST))
    before, after = await schema.migrate(empty_database, book=a_book(tmp_path, THIRD, POST))
    assert (before, after) == (Version(version=1, oldest=1), Version(version=3, oldest=3))
    moved = await described(empty_database)
    connection = await asyncpg.connect(empty_database)
    await connection.execute("DROP TABLE thing, schema_version")
    await connection.close()
    await schema.migrate(empty_database, book=a_book(tmp_path, THIRD, POST))
    assert await described(empty_database) == moved


async def test_a_forgotten_migration_is_noticed(empty_database: str, tmp_path: Path) -> None:
    await schema.migrate(empty_database, book=a_book(tmp_path, FIRST))
    moved = await described(empty_database)
    await schema.migrate(empty_database, book=a_book(tmp_path, THIRD, POST))
    assert [line for line in await described(empty_database) if line not in moved] == [
        "column thing.colour text not null"
    ]


async def test_the_code_before_lives_with_a_pre_migration_and_not_with_a_post_one(
    empty_database: str, tmp_path: Path
) -> None:
    old, new = a_book(tmp_path, FIRST), a_book(tmp_path, THIRD, POST)
    await schema.migrate(empty_database, book=old)
    await schema.migrate(empty_database, book=new, through=Phase.PRE)
    assert await check(empty_database, old) == Version(version=2, oldest=1)
    assert await check(empty_database, new) == Version(version=2, oldest=1)
    await schema.migrate(empty_database, book=new)
    assert await check(empty_database, new) == Version(version=3, oldest=3)
    with pytest.raises(
        SchemaError, match="at version 3 and needs code that knows 3, this code knows 1: update Shangke"
    ):
        await check(empty_database, old)
    with pytest.raises(SchemaError, match="update Shangke"):
        await schema.migrate(empty_database, book=old)


async def test_code_does_not_start_on_a_database_that_lacks_a_pre_migration(
    empty_database: str, tmp_path: Path
) -> None:
    await schema.migrate(empty_database, book=a_book(tmp_path, FIRST))
    with pytest.raises(SchemaError, match="at version 1, this code needs 2: run `shangke migrate`"):
        await check(empty_database, a_book(tmp_path, THIRD, POST))


async def test_code_does_not_start_on_an_empty_database(empty_database: str) -> None:
    with pytest.raises(SchemaError, match="empty: run `shangke migrate`"):
        await check(empty_database, schema.read_book())


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str, tmp_path: Path) -> None:
    await schema.migrate(empty_database, book=a_book(tmp_path, FIRST))
    before = await described(empty_database)
    broken = {"0002_pre_broken.sql": "ALTER TABLE thing ADD colour text; SELECT 1 / 0;"}
    with pytest.raises(asyncpg.DivisionByZeroError):
        await schema.migrate(empty_database, book=a_book(tmp_path, FIRST, broken))
    assert await described(empty_database) == before
    assert await version(empty_database) == Version(version=1, oldest=1)


async def test_a_strangers_database_is_left_alone(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute("CREATE TABLE theirs (id int)")
    await connection.close()
    with pytest.raises(SchemaError, match="tables that are not Shangke's"):
        await schema.migrate(empty_database)
    assert [line for line in await described(empty_database) if line.startswith("column")] == [
        "column theirs.id integer"
    ]


async def test_schema_sql_must_name_the_last_migration(empty_database: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="says it is version 1, the migrations end at 2"):
        await schema.migrate(empty_database, book=a_book(tmp_path, FIRST, PRE))
    assert await version(empty_database) is None


@pytest.mark.parametrize("name", ["2_pre_x.sql", "0002_during_x.sql", "0002_pre.sql", "0002_pre_X.sql"])
def test_a_misnamed_migration_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="is not named like"):
        a_book(tmp_path, FIRST, {name: ""})


@pytest.mark.parametrize("names", [["0001_pre_x.sql"], ["0003_pre_x.sql"], ["0002_pre_x.sql", "0002_post_y.sql"]])
def test_numbers_with_a_gap_are_refused(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="numbered from 0002 without a gap"):
        a_book(tmp_path, FIRST, dict.fromkeys(names, ""))


FORBIDDEN = [
    "DELETE FROM event",
    "UPDATE event SET seq = seq + 1",
    "TRUNCATE event",
    "UPDATE schema_version SET version = 99",
    "CREATE TABLE theirs (id int)",
    "ALTER TABLE account ADD colour text",
    "DROP TABLE account",
    "DELETE FROM pg_authid",
    "COPY account TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
    "SET ROLE shangke",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_a_running_service_can_change_neither_the_diary_nor_the_schema(statement: str, database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_running_service_may_take_a_recalled_text_out_of_its_event(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        assert await connection.execute("UPDATE event SET body = '{}'") == "UPDATE 0"
    finally:
        await connection.close()
