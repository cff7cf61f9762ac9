"""What migrations write for PostgreSQL to check the rows of a statement together: functions of triggers, and what they refuse."""

from __future__ import annotations

_AS_MACHINE = (
    "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp "
    # By the index of the ids, also when nobody has counted the rows yet.
    "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"
)
_BEGIN = "PERFORM set_config('ciyou.user', 'local', true);"
# A refusal ends the transaction, or takes it back to before the setting.
_END = "PERFORM set_config('ciyou.user', who, true); RETURN NULL;"


def machine_function(name: str, body: str, variables: str = "") -> str:
    """A trigger's function that looks at every row, whoever asks, and then asks as before."""
    asker = "who text := coalesce(current_setting('ciyou.user', true), '');"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger {_AS_MACHINE} AS $$ "
        f"DECLARE {asker} {variables} BEGIN {_BEGIN} {body} {_END} END $$"
    )


def refusal(what: str, table: str, why: str) -> str:
    """The statement that refuses as a foreign key would."""
    return (
        f"RAISE EXCEPTION '{what} table \"{table}\" breaks the books of payments: {why}' "
        "USING ERRCODE = 'foreign_key_violation';"
    )
