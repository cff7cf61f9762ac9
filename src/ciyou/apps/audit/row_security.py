"""The SQL of the second wall: who sees which rows of a table, said in PostgreSQL's row-level security (docs/decisions/0017).

A request's transaction carries seven settings (`wall.py`); without them every condition here is false and no row is there.
Conditions are compared with `current_setting` itself, not with functions of ours: the planner can then estimate and use indexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLE = "ciyou_app"
"""The role that every request takes on; it owns nothing and cannot sign in."""

SETTINGS = ("first", "end", "user", "post", "department", "persons")
"""What a request says of its actor, as `ciyou.<name>`; `persons` is "on" for roles that see persons at all."""

MACHINE = "current_setting('ciyou.user', true) = 'local'"
"""The worker and the command line, and a service that acts for the machine (`walled(LOCAL_OPERATOR)`)."""

SEES_PERSONS = "current_setting('ciyou.persons', true) = 'on'"


@dataclass(frozen=True)
class Rows:
    """Which rows of a table are there, and which may be written (the same, where nothing else is said); SQL conditions."""

    seen: str
    written: str = ""


def within(column: str) -> str:
    """The division in this column lies in the actor's range."""
    return f"({column} >= current_setting('ciyou.first', true) AND {column} < current_setting('ciyou.end', true))"


def placed(person: str) -> str:
    """The person of this column has a place in the actor's range."""
    return f"EXISTS (SELECT 1 FROM registry_personplace place WHERE place.person_id = {person} AND {within('place.division')})"


def of_person(column: str = "person_id") -> Rows:
    """A row about a person is there for whoever sees persons, and this one."""
    return Rows(f"{SEES_PERSONS} AND {person_seen(column)}")


def person_seen(column: str) -> str:
    """The person of this column is there."""
    return f"EXISTS (SELECT 1 FROM registry_person person WHERE person.id = {column})"


def of_division(column: str = "division") -> Rows:
    """A row that belongs to a division is there for whoever works in it."""
    return Rows(within(column))


def of_user(column: str = "user_id") -> Rows:
    """A row that belongs to one user."""
    return Rows(f"{column} = current_setting('ciyou.user', true)")


def precondition_statements() -> list[str]:
    """Refuse a login that no wall holds, and a database in which ranges of codes and names would not be what they say."""
    return [
        """
        DO $$ BEGIN
            IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
                RAISE EXCEPTION 'The login % is a superuser or may bypass row-level security: no wall would hold it. Create a login without these rights and name it in DATABASE_URL (docs/how-to/use-postgresql.md).', current_user;
            END IF;
            IF (SELECT datlocprovider = 'i' OR (datlocprovider = 'c' AND datcollate NOT IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')) FROM pg_database WHERE datname = current_database()) THEN
                RAISE EXCEPTION 'The database sorts text by the rules of a language; Ciyou needs byte order. Create it with: CREATE DATABASE ciyou TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'' (docs/how-to/use-postgresql.md).';
            END IF;
        END $$
        """
    ]


def role_statements() -> list[str]:
    """Make the role, or say what the database's administrator has to do where this login may not make roles."""
    return [
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}') THEN
                BEGIN
                    CREATE ROLE {ROLE} NOLOGIN;
                EXCEPTION
                    -- Another database of this server was prepared in the same moment.
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE EXCEPTION 'This login may not create the role {ROLE}. Let an administrator run: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO %;', current_user;
                END;
            END IF;
            IF NOT pg_has_role(current_user, '{ROLE}', 'SET') THEN
                GRANT {ROLE} TO CURRENT_USER;
            END IF;
        END $$
        """,
        f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    ]


def wall_statements(walled: Mapping[str, Rows], open_tables: Mapping[str, str]) -> list[str]:
    """The statements that put tables behind the wall; they may be run again. `open_tables`: table → what the role may do there."""
    statements = [f"GRANT {rights} ON {table} TO {ROLE}" for table, rights in open_tables.items()]
    for table, rows in walled.items():
        statements += [
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            # The owner too: a page that forgot the wall finds nothing, instead of everything.
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            *_policies(table, f"{MACHINE} OR ({rows.seen})", f"{MACHINE} OR ({rows.written or rows.seen})"),
        ]
    return statements


def _policies(table: str, seen: str, written: str) -> list[str]:
    # One for each command: a condition for writing that asks another table would otherwise count as asked by every reading
    # too, and two tables that ask for each other are refused as a circle.
    rules = {
        "SELECT": f"USING ({seen})",
        "INSERT": f"WITH CHECK ({written})",
        "UPDATE": f"USING ({seen}) WITH CHECK ({written})",
        "DELETE": f"USING ({seen})",
    }
    return [
        statement
        for command, rule in rules.items()
        for statement in (
            f"DROP POLICY IF EXISTS wall_{command.lower()} ON {table}",
            f"CREATE POLICY wall_{command.lower()} ON {table} FOR {command} {rule}",
        )
    ]
