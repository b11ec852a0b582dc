"""Mutation testing of definitions: whether tests would notice a slip in the definition.

`mutants` makes the changes, `running` tries them, `plugin` does so with the tests of a pytest
session.
"""
