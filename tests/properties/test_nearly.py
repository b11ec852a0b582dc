"""What the makers of definitions promise to those who use them."""

import copy

import pytest

from tests.properties.nearly import near_definition, seeded
from tests.properties.valid import valid_definition


def empty(node):
    """Take everything out of a tree, at every level."""
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            empty(inner)
        node.clear()


@pytest.mark.parametrize("make", [near_definition, valid_definition])
def test_who_changes_a_tree_changes_no_other(make):
    trees = [make(seeded(seed)) for seed in range(300)]
    before = copy.deepcopy(trees)
    for tree in trees:
        empty(tree)
    assert [make(seeded(seed)) for seed in range(300)] == before
