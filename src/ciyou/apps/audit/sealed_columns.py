"""What is stored encrypted, and where: the list by which values are written anew when their key changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class SealedColumn:
    """A column of ciphertexts. `context` is what binds each to its row, with the row's columns in braces: `registry.fact:{person_id}`."""

    model: str
    column: str
    context: str

    def columns(self) -> tuple[str, ...]:
        """The columns of the row that the context names."""
        return _named(self.context)

    def context_of(self, row: Mapping[str, object]) -> str:
        """The context of one row."""
        return self.context.format_map(row)


@dataclass(frozen=True)
class BlindColumn:
    """A column of blind indexes over the values of a sealed column; "" stays "". `field` names the index, like a context.

    `value_of` makes of the readable text what is indexed.
    """

    column: str
    sealed: SealedColumn
    field: str
    value_of: Callable[[str], str] = str

    def columns(self) -> tuple[str, ...]:
        """The columns of the row that context and field name."""
        return tuple(dict.fromkeys((*self.sealed.columns(), *_named(self.field))))


@dataclass(frozen=True)
class CopiedIndex:
    """A column of another table that holds copies of blind indexes, as keys of its own: they change together with the index.

    What is no copy of any index that stands there now is left as it is.
    """

    model: str
    column: str
    of: BlindColumn


@dataclass(frozen=True)
class RemadeIndex:
    """A table of keyed indexes over what is stored in many columns: its own room makes them anew after a change of the key.

    `column` holds the id of the index key that a row was made with; rows of several keys may stand at once. `make`, as
    `module:function`, makes all that lack the current key's.
    """

    model: str
    column: str
    make: str


@dataclass(frozen=True)
class SealedFolder:
    """A folder of encrypted files: the setting that names it, and the context of a file by its `{name}`."""

    setting: str
    context: str


@dataclass(frozen=True)
class Sealed:
    """Everything that is encrypted in an installation."""

    columns: tuple[SealedColumn, ...]
    blind: tuple[BlindColumn, ...] = ()
    copied: tuple[CopiedIndex, ...] = ()
    folders: tuple[SealedFolder, ...] = ()
    remade: tuple[RemadeIndex, ...] = ()


def sealed_here() -> Sealed:
    """Everything that is encrypted in this installation (config/sealed.py)."""
    found: Sealed = import_string(settings.SEALED_COLUMNS)
    return found


def _named(template: str) -> tuple[str, ...]:
    return tuple(name for _text, name, _spec, _conversion in Formatter().parse(template) if name)
