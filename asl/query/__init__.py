"""How values are computed from data, variables and the context object; knows nothing of states."""
