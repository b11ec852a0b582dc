"""What this room says, in the words of the Language Server Protocol: one function a kind of value.

Source: Language Server Protocol 3.17, "Language Features".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lsprotocol import types

if TYPE_CHECKING:
    from asl.editor import lines
    from asl.editor.actions import Action
    from asl.editor.completion import Completion
    from asl.editor.faults import Located
    from asl.editor.hover import Hover
    from asl.editor.navigation import Symbol

SOURCE: Final = "asl"

_SEVERITIES: Final = {
    "ERROR": types.DiagnosticSeverity.Error,
    "WARNING": types.DiagnosticSeverity.Warning,
}
_KINDS: Final = {
    "field": types.CompletionItemKind.Property,
    "state": types.CompletionItemKind.Reference,
    "value": types.CompletionItemKind.EnumMember,
    "function": types.CompletionItemKind.Function,
    "variable": types.CompletionItemKind.Variable,
    "error": types.CompletionItemKind.Event,
    "snippet": types.CompletionItemKind.Snippet,
}


def to_range(place: lines.Range) -> types.Range:
    """A range."""
    return types.Range(types.Position(*place.start), types.Position(*place.end))


def to_diagnostic(fault: Located, uri: str, *, with_related: bool = True) -> types.Diagnostic:
    """A fault; ``with_related``: the editor shows what follows from it."""
    one = fault.diagnostic
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(uri, to_range(follower.range)), f"so: {follower.diagnostic.message}"
        )
        for follower in fault.consequences
    ]
    return types.Diagnostic(
        range=to_range(fault.range),
        message=f"{one.message} ({one.hint})" if one.hint else one.message,
        severity=_SEVERITIES[one.severity],
        code=one.rule or one.code,
        source=SOURCE,
        related_information=related if with_related and related else None,
    )


def to_completion(one: Completion, index: int, *, with_snippets: bool) -> types.CompletionItem:
    """A completion; ``index`` is its place in the order."""
    is_snippet = with_snippets and bool(one.snippet)
    return types.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        detail=one.detail or None,
        documentation=one.documentation or None,
        sort_text=f"{index:04}",
        filter_text=one.filter or None,
        insert_text_format=(
            types.InsertTextFormat.Snippet if is_snippet else types.InsertTextFormat.PlainText
        ),
        insert_text_mode=types.InsertTextMode.AdjustIndentation,
        text_edit=types.TextEdit(to_range(one.range), one.snippet if is_snippet else one.text),
    )


def to_hover(one: Hover) -> types.Hover:
    """A hover."""
    content = types.MarkupContent(types.MarkupKind.Markdown, one.text)
    return types.Hover(content, to_range(one.range))


def to_symbol(one: Symbol) -> types.DocumentSymbol:
    """A state in the outline."""
    return types.DocumentSymbol(
        name=one.name,
        kind=types.SymbolKind.Event if one.children else types.SymbolKind.Function,
        detail=one.detail or None,
        range=to_range(one.range),
        selection_range=to_range(one.selection),
        children=[to_symbol(child) for child in one.children],
    )


def to_action(one: Action, uri: str) -> types.CodeAction:
    """A quick fix."""
    edits = [types.TextEdit(to_range(place), text) for place, text in one.edits]
    return types.CodeAction(
        title=one.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[to_diagnostic(one.fault, uri)],
        is_preferred=one.is_preferred or None,
        edit=types.WorkspaceEdit(changes={uri: edits}),
    )
