"""The server as an editor meets it: a process that speaks JSON-RPC on its standard streams."""

import json
import subprocess
import sys
import threading
from queue import Queue

import pytest

from asl.cli import main
from asl.cli.lsp import options_for

URI = "file:///project/order%20one.asl.json"
TEXT = (
    '{\n"StartAt": "A",\n"States": {"A": {"Type": "Pass", "Next": "Bee"}, "B": {"Type": "Fail"}}\n}'
)
WAIT = 60  # seconds until we give up; nothing here takes one


class Editor:
    """The other side: it sends, and waits for what it is to be told."""

    def __init__(self, process):
        self.process = process
        self.heard = Queue()
        self.count = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        stream = self.process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self.heard.put(json.loads(stream.read(length)))

    def tell(self, method, **params):
        self._send({"method": method, "params": params})

    def ask(self, method, **params):
        self.count += 1
        self._send({"id": self.count, "method": method, "params": params})
        while (answer := self.heard.get(timeout=WAIT)).get("id") != self.count:
            pass
        return answer

    def about(self, method, line, character, **more):
        place = {"line": line, "character": character}
        answer = self.ask(method, textDocument={"uri": URI}, position=place, **more)
        assert "error" not in answer, answer
        return answer["result"]

    def told(self, method):
        while (message := self.heard.get(timeout=WAIT)).get("method") != method:
            pass
        return message["params"]

    def _send(self, message):
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.process.stdin.flush()


@pytest.fixture
def editor():
    pytest.importorskip("pygls")
    with subprocess.Popen(
        [sys.executable, "-m", "asl", "lsp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield Editor(process)
        finally:
            process.kill()


def opened(editor, text=TEXT, **capabilities):
    answer = editor.ask("initialize", processId=None, rootUri=None, capabilities=capabilities)
    editor.tell("initialized")
    item = {"uri": URI, "languageId": "json", "version": 1, "text": text}
    editor.tell("textDocument/didOpen", textDocument=item)
    return answer["result"]["capabilities"]


def test_an_editor_is_served_from_open_to_exit(editor):
    knows = {"publishDiagnostics": {"relatedInformation": True}, "rename": {"prepareSupport": True}}
    can = opened(editor, textDocument=knows)
    assert can["renameProvider"] == {"prepareProvider": True}
    told = editor.told("textDocument/publishDiagnostics")
    assert told["uri"] == URI
    fault = told["diagnostics"][0]
    assert (fault["code"], fault["severity"], fault["source"]) == ("ASL-207", 1, "asl")
    assert fault["range"]["start"] == {"line": 2, "character": TEXT.splitlines()[2].index('"Bee"')}
    assert "codeDescription" not in fault

    items = editor.about("textDocument/completion", 2, 45)["items"]
    assert [one["label"] for one in items] == ["A", "B"]
    assert items[0]["textEdit"]["newText"] == '"A"'
    assert "first state" in editor.about("textDocument/hover", 1, 3)["contents"]["value"]
    assert editor.about("textDocument/definition", 1, 13)[0]["range"]["start"]["line"] == 2
    context = {"includeDeclaration": True}
    assert len(editor.about("textDocument/references", 1, 13, context=context)) == 2
    outline = editor.ask("textDocument/documentSymbol", textDocument={"uri": URI})["result"]
    assert [(one["name"], one["detail"]) for one in outline] == [("A", "Pass"), ("B", "Fail")]

    assert editor.about("textDocument/prepareRename", 1, 13)["placeholder"] == "A"
    assert editor.about("textDocument/prepareRename", 1, 3) is None
    edits = editor.about("textDocument/rename", 1, 13, newName="Z")["changes"][URI]
    assert [one["newText"] for one in edits] == ['"Z"', '"Z"']
    place = {"line": 1, "character": 13}
    refused = editor.ask(
        "textDocument/rename", textDocument={"uri": URI}, position=place, newName="B"
    )
    assert "already" in refused["error"]["message"]

    assert editor.ask("shutdown")["result"] is None
    editor.tell("exit")
    assert editor.process.wait(timeout=WAIT) == 0


def test_the_newest_text_wins_and_a_fix_is_offered(editor):
    opened(editor)
    editor.told("textDocument/publishDiagnostics")
    for version, word in enumerate(("B", "Be", '"B", "Comnent": "x'), 2):
        text = TEXT.replace('"Bee"', f'"{word}"' if version < 4 else f'{word}"')
        document = {"uri": URI, "version": version}
        editor.tell(
            "textDocument/didChange", textDocument=document, contentChanges=[{"text": text}]
        )
    told = editor.told("textDocument/publishDiagnostics")
    assert (told["version"], [one["code"] for one in told["diagnostics"]]) == (4, ["ASL-202"])
    found = editor.ask(
        "textDocument/codeAction",
        textDocument={"uri": URI},
        range=told["diagnostics"][0]["range"],
        context={"diagnostics": []},
    )["result"]
    assert [(one["title"], one["kind"]) for one in found] == [("Change to 'Comment'", "quickfix")]
    editor.tell("textDocument/didClose", textDocument={"uri": URI})
    assert editor.told("textDocument/publishDiagnostics")["diagnostics"] == []
    assert editor.about("textDocument/completion", 2, 45) is None


def test_other_files_are_left_alone(editor):
    editor.ask("initialize", processId=None, rootUri=None, capabilities={})
    other = {"uri": "file:///package.json", "languageId": "json", "version": 1, "text": "{"}
    editor.tell("textDocument/didOpen", textDocument=other)
    answer = editor.ask("textDocument/documentSymbol", textDocument={"uri": other["uri"]})
    assert answer["result"] is None
    yaml = {"uri": "file:///x.txt", "languageId": "asl-yaml", "version": 1, "text": "StartAt: A\n"}
    editor.tell("textDocument/didOpen", textDocument=yaml)
    assert editor.told("textDocument/publishDiagnostics")["uri"] == yaml["uri"]


def test_snippets_and_units_are_as_the_editor_has_them(editor):
    capabilities = {
        "general": {"positionEncodings": ["utf-32"]},
        "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
    }
    can = opened(editor, '{"Comment": "\U0001f600", ', **capabilities)
    assert can["positionEncoding"] == "utf-32"
    items = editor.about("textDocument/completion", 0, 17)["items"]
    assert items[0]["textEdit"]["newText"] == '"StartAt": "${1:}"'
    assert items[0]["textEdit"]["range"]["start"]["character"] == 17


def test_without_the_extra_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "asl.editor.server", None)
    assert main(["lsp"]) == 2
    assert "asl-interpreter[lsp]" in capsys.readouterr().err


def test_a_file_is_checked_as_its_project_says(tmp_path, caplog):
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.asl]\nignore = ["ASL-113"]\n', encoding="utf-8")
    uri = (tmp_path / "flow.asl.json").as_uri()
    assert options_for(uri).ignore == {"ASL-113"}
    settings.write_text('[tool.asl]\nignore = ["ASL-nothing"]\n', encoding="utf-8")
    assert options_for(uri).ignore == frozenset()
    assert "ASL-nothing" in caplog.text
    assert options_for("untitled:Untitled-1").type == "STANDARD"
