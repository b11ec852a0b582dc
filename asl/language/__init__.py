"""Text in, checked and compiled definition out; knows nothing of running.

read_source           text, file or dict to a tree; ${substitutions}; the place of every node
check_source          all rules on the tree: `Diagnostic` values with rule, pointer and place
has_errors            whether there is an error among them, in less time
compile_definition    the checked tree to values with compiled queries
"""
