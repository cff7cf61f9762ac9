"""Keys that stand twice in one group of a YAML file: the first would be lost without a word."""

from __future__ import annotations

from collections.abc import Iterator

import yaml


def twins_in(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The second of two equal keys, however deep."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield key
            seen.add(str(key.value))
            yield from twins_in(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from twins_in(item)
