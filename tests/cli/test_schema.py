"""`asl schema`: the JSON Schema of a definition on standard output."""

import json

import pytest

from asl.cli import main
from asl.language.schema.bundle import bundled_schema


@pytest.mark.parametrize("language", [None, "JSONPath", "JSONata"])
def test_the_schema_is_printed(capsys, language):
    arguments = ["--query-language", language] if language else []
    assert main(["schema", *arguments]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == bundled_schema(language)
    assert err == ""


def test_another_language_is_refused(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["schema", "--query-language", "XPath"])
    assert caught.value.code == 2
    assert "JSONata" in capsys.readouterr().err
