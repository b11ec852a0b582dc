"""Text in, checked and compiled definition out; knows nothing of running.

    read_source      text, file or dict to a tree; ${substitutions}; the place of every node
    check_structure  the shape of the tree (JSON Schema) and the names it refers to
    compile          the checked tree to frozen dataclasses with compiled queries

Each step reports all that it finds as `Diagnostic` values with a pointer, a line and a column.
"""
