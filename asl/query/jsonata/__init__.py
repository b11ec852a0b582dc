"""JSONata as Step Functions has it: ``{% ... %}`` in the fields of a state, applied to ``$states``.

`expression` compiles one expression, `values` JSON with expressions in it. Nine in ten expressions
are simple (`simple_text`, `simple`); for the others, and only then, `general` is imported, which
reads them with jsonata-python's parser (`reading`) and evaluates them within bounds (`evaluator`,
`guard`). `inspection` tells what is known of an expression without running it.
"""
