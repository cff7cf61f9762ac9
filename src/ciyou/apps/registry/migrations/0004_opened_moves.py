"""What is kept of the merges made before: values that lie in it under keys of their own are opened, as a merge keeps them now.

As long as they were sealed, renewing the keys passed them by.
"""

from django.db import migrations

from ciyou.apps.audit.keys import keyring
from ciyou.apps.registry.plain_rows import opened
from ciyou.apps.registry.sealing import open_identity, seal_identity
from ciyou.core.errors import VaultError


def open_moves(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # Until the end of this transaction: what is kept of merges is there for the machine alone.
        schema_editor.execute("SELECT set_config('ciyou.user', 'local', true)")
    for move in apps.get_model("registry", "IdentityMove").objects.iterator():
        _rewrite(move, move.decision_id, move.step)
    for decision in apps.get_model("registry", "IdentityDecision").objects.exclude(content=None).iterator():
        _rewrite(decision, decision.id, "content")


def _rewrite(row, decision_id, step):
    try:
        content = open_identity(decision_id, step, row.content)
    except VaultError:
        return  # its key is gone already: `ciyou keys reseal` names it, and nothing can be shown of it any more
    for part in ("changes", "undone"):
        if part in content:
            content[part] = [_opened_change(change) for change in content[part]]
    if "before" in content:
        content["before"] = [[label, key, _opened(label, key, values)] for label, key, values in content["before"]]
    if "left" in content:
        content["left"] = [[label, key, bool(mark)] for label, key, mark in content["left"]]
    row.content = seal_identity(decision_id, step, content)
    row.save(update_fields=["content"])


def _opened_change(change):
    return {**change, **{side: _opened(change["model"], change["key"], change[side]) for side in ("was", "now")}}


def _opened(label, key, values):
    """Of a row that stayed only the columns that changed are kept: what a value is sealed for may be the key of its row."""
    if values is None:
        return None
    found = opened(label, {"id": key, **values}, keyring())
    return {name: found[name] for name in values}


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_identity_log")]
    operations = [migrations.RunPython(open_moves, migrations.RunPython.noop)]
