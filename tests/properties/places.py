"""Where a node stands in the text that json or PyYAML writes, found without any parser of ours.

A node is replaced by a mark and the tree is written again: up to the mark the two texts are the
same, so the place of the mark is the node's.
"""

from __future__ import annotations

import copy
import json

import yaml

MARK = "MARK0f2c"
WRITERS = {
    "JSON in one line": json.dumps,
    "JSON": lambda tree: json.dumps(tree, indent=2),
    "JSON with tabs": lambda tree: json.dumps(tree, indent="\t", ensure_ascii=False),
    "YAML": lambda tree: _yaml(tree, default_flow_style=False),
    "YAML flow": lambda tree: _yaml(tree, default_flow_style=True),
}


def _yaml(tree, **options):
    return yaml.dump(
        tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10**9, **options
    )


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def place_of_key(tree, path, write):
    """Line and column of the key of the member at a path."""
    *outer, key = path

    def mark(owner):
        items = [(MARK if name == key else name, value) for name, value in owner.items()]
        owner.clear()
        owner.update(items)

    return _find(_marked(tree, outer, mark), write)


def place_of_value(tree, path, write):
    """Line and column of the value at a path."""
    node = tree
    for step in path:
        node = node[step]
    if write is WRITERS["YAML"] and node and isinstance(node, dict | list):
        # in block style a container begins where its first member does
        if isinstance(node, dict):
            return place_of_key(tree, (*path, next(iter(node))), write)
        line, column = place_of_value(tree, (*path, 0), write)
        return line, column - 2
    if not path:
        return 1, 1
    *outer, key = path

    def mark(owner):
        owner[key] = MARK

    return _find(_marked(tree, outer, mark), write)


def _marked(tree, outer, mark):
    tree = copy.deepcopy(tree)
    owner = tree
    for step in outer:
        owner = owner[step]
    mark(owner)
    return tree


def _find(tree, write):
    before, _, _ = write(tree).partition(MARK)
    before = before.removesuffix('"')
    line = before.count("\n") + 1
    return line, len(before) - before.rfind("\n")
