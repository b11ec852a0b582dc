"""The language server: takes the requests of an editor and has them answered by this room.

The editor sends the whole text with each change: definitions are small, and so both sides can't
come to differ about it. A text is checked a moment after its last change, in another thread; if it
has changed again by then, nobody is told. Everything else is quick and answered at once, from the
newest text.

Built on pygls, so it is imported late. Source: Language Server Protocol 3.17.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from asl.editor import navigation, protocol, renaming
from asl.editor.actions import actions
from asl.editor.completion import completions
from asl.editor.document import Document, is_yaml_text
from asl.editor.faults import Options, diagnostics
from asl.editor.hover import hover
from asl.editor.lines import Position
from asl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from asl.editor.faults import Located
    from asl.editor.lines import Encoding

    OptionsFor = Callable[[str], Options]

_LOG: Final = logging.getLogger(__name__)
#: Seconds of silence after which a text is checked.
_PAUSE: Final = 0.15
_YAML_NAMES: Final = (".asl.yaml", ".asl.yml")
_NAMES: Final = (".asl.json", ".asl", *_YAML_NAMES)
_LANGUAGES: Final = ("asl", "asl-yaml")
#: What may bring completions up by itself; an editor asks for letters anyway.
_TRIGGERS: Final = ['"', "$", ".", ":", "%", " "]


class Server(LanguageServer):
    """A language server with the documents that are open in it."""

    def __init__(self, version: str, options_for: OptionsFor | None = None) -> None:
        super().__init__("asl", version, types.TextDocumentSyncKind.Full)
        self.was_shut_down = False
        self._options_for = options_for
        self._documents: dict[str, Document] = {}
        self._faults: dict[str, tuple[Document, list[Located]]] = {}
        self._pending: dict[str, asyncio.Task[None]] = {}

    def document(self, uri: str) -> Document | None:
        """The newest text of a document; None if it is not open, or no definition."""
        opened = self.workspace.text_documents.get(unquote(uri))
        if opened is None:
            return None
        name = PurePosixPath(unquote(urlsplit(uri).path)).name.lower()
        language = opened.language_id or ""
        if not name.endswith(_NAMES) and language not in _LANGUAGES:
            return None
        text = opened.source
        known = self._documents.get(uri)
        if known is not None and known.text == text:
            return known
        is_yaml = name.endswith(_YAML_NAMES) or language == "asl-yaml"
        if not is_yaml and not name.endswith(".json"):
            is_yaml = name.endswith((".yaml", ".yml")) or is_yaml_text(text)
        encoding = self.workspace.position_encoding or "utf-16"
        units: Encoding = types.PositionEncodingKind(encoding).value
        document = Document(text, is_yaml, units)
        self._documents[uri] = document
        return document

    def known_faults(self, uri: str, document: Document) -> list[Located] | None:
        """What was found in this very text; None if it was not checked yet."""
        checked = self._faults.get(uri)
        return checked[1] if checked is not None and checked[0] is document else None

    async def faults(self, uri: str, document: Document) -> list[Located]:
        """What is found in a text; it is checked if it was not yet."""
        known = self.known_faults(uri, document)
        if known is None:
            loop = asyncio.get_running_loop()
            options = self._options_for(uri) if self._options_for else Options()
            known = await loop.run_in_executor(self.thread_pool, diagnostics, document, options)
            if self.document(uri) is document:
                self._faults[uri] = (document, known)
        return known

    def check_soon(self, uri: str, *, pause: float) -> None:
        """Have a document checked after a pause, and not before."""
        self._forget(uri)
        if self.document(uri) is not None:
            task = asyncio.get_running_loop().create_task(self._check(uri, pause))
            self._pending[uri] = task

    def close(self, uri: str) -> None:
        """Let a document go, and take its faults off the screen."""
        self._forget(uri)
        known = self._documents.pop(uri, None)
        self._faults.pop(uri, None)
        if known is not None:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _forget(self, uri: str) -> None:
        task = self._pending.pop(uri, None)
        if task is not None:
            task.cancel()

    async def _check(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self.document(uri)
        if document is None:
            return
        version = self.workspace.text_documents[unquote(uri)].version
        try:
            found = await self.faults(uri, document)
        except Exception:  # a defect of ours must not end the server
            _LOG.exception("checking %s failed", uri)
            return
        if self.document(uri) is not document:
            return  # a newer text has a check of its own
        with_related = self._takes_related()
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri,
                [protocol.to_diagnostic(one, uri, with_related=with_related) for one in found],
                version,
            )
        )

    def _takes_related(self) -> bool:
        text = self.client_capabilities.text_document
        publish = text.publish_diagnostics if text else None
        return bool(publish and publish.related_information)

    def takes_snippets(self) -> bool:
        """Whether the editor knows snippets."""
        text = self.client_capabilities.text_document
        item = text.completion.completion_item if text and text.completion else None
        return bool(item and item.snippet_support)


def make_server(version: str, options_for: OptionsFor | None = None) -> Server:
    """A server that is ready to start.

    Args:
        version: What it tells the editor of itself.
        options_for: How the document of a URI is to be checked.
    """
    server = Server(version, options_for)
    _add_documents(server)
    _add_reading(server)
    _add_changing(server)
    return server


def _add_documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.check_soon(params.text_document.uri, pause=0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.check_soon(params.text_document.uri, pause=_PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.SHUTDOWN)
    def shut_down(_params: None) -> None:
        server.was_shut_down = True


def _add_reading(server: Server) -> None:
    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def complete(params: types.CompletionParams) -> types.CompletionList | None:
        document = server.document(params.text_document.uri)
        if document is None:
            return None
        with_snippets = server.takes_snippets()
        return types.CompletionList(
            is_incomplete=False,
            items=[
                protocol.to_completion(one, index, with_snippets=with_snippets)
                for index, one in enumerate(completions(document, _position(params.position)))
            ],
        )

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return None
        faults = server.known_faults(uri, document) or ()
        found = hover(document, _position(params.position), faults)
        return protocol.to_hover(found) if found else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> list[types.Location] | None:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return None
        found = navigation.definition(document, _position(params.position))
        return [types.Location(uri, protocol.to_range(place)) for place in found]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def referred(params: types.ReferenceParams) -> list[types.Location] | None:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return None
        found = navigation.references(
            document,
            _position(params.position),
            with_declaration=params.context.include_declaration,
        )
        return [types.Location(uri, protocol.to_range(place)) for place in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        document = server.document(params.text_document.uri)
        if document is None:
            return None
        return [protocol.to_symbol(one) for one in navigation.symbols(document)]


def _add_changing(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        document = server.document(params.text_document.uri)
        found = renaming.renamed_at(document, _position(params.position)) if document else None
        if found is None:
            return None
        return types.PrepareRenamePlaceholder(protocol.to_range(found[0]), found[1])

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def renamed(params: types.RenameParams) -> types.WorkspaceEdit | None:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return None
        try:
            found = renaming.rename(document, _position(params.position), params.new_name)
        except UsageError as error:
            raise JsonRpcInvalidParams(str(error)) from error
        edits = [types.TextEdit(protocol.to_range(place), text) for place, text in found]
        return types.WorkspaceEdit(changes={uri: edits})

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    )
    async def act(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        uri = params.text_document.uri
        document = server.document(uri)
        if document is None:
            return None
        faults = await server.faults(uri, document)
        start = document.lines.offset(_position(params.range.start))
        end = document.lines.offset(_position(params.range.end))
        return [protocol.to_action(one, uri) for one in actions(document, start, end, faults)]


def _position(place: types.Position) -> Position:
    return Position(place.line, place.character)
