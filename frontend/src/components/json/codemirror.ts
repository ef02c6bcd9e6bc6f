/** The editor: a chunk of its own, loaded when first needed. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** A place in the text and what is wrong there, in UTF-16 offsets. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly readonly: boolean;
  readonly onchange: (text: string) => void;
  /** Ctrl/Cmd+Enter. */
  readonly onrun: () => void;
}

export interface Editor {
  /** Shows another text; what is the same keeps its place and selection. */
  setText(text: string): void;
  setMarks(marks: readonly Mark[]): void;
  setReadonly(readonly: boolean): void;
  focus(): void;
  destroy(): void;
}

const outside = Annotation.define<boolean>();

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent-text)' },
  { tag: tags.string, color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--in)' },
  { tag: [tags.bool, tags.null], color: 'var(--out)' },
  { tag: tags.invalid, color: 'var(--err)' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--bg)', color: 'var(--fg)', fontSize: 'var(--text-small)', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.5' },
  '.cm-gutters': {
    backgroundColor: 'var(--bg-code)',
    color: 'var(--fg-faint)',
    borderRight: '1px solid var(--border)',
  },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--bg-selected) !important' },
  '.cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft) !important',
    outline: '1px solid var(--border-strong)',
  },
  '.cm-selectionMatch': { backgroundColor: 'var(--bg-hover)' },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--bg-overlay)',
    color: 'var(--fg)',
    border: '1px solid var(--border)',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--err)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--bg-hover)',
    color: 'var(--fg-muted)',
    border: 'none',
    padding: '0 4px',
  },
});

export function createEditor(options: EditorOptions): Editor {
  const editable = new Compartment();
  const lock = (readonly: boolean) => [EditorState.readOnly.of(readonly), EditorView.editable.of(!readonly)];
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        // Before everything else, so that no other binding of Enter takes it.
        keymap.of([{ key: 'Mod-Enter', run: () => (options.onrun(), true) }]),
        history(),
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        highlightSelectionMatches(),
        indentUnit.of('  '),
        json(),
        syntaxHighlighting(highlight),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
        // Escape, then Tab leaves the editor; Tab alone indents.
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          indentWithTab,
        ]),
        editable.of(lock(options.readonly)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((t) => t.annotation(outside)))
            options.onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      const now = view.state.doc.toString();
      if (now === text) return;
      view.dispatch({ changes: difference(now, text), annotations: outside.of(true) });
    },
    setMarks(marks) {
      const length = view.state.doc.length;
      const diagnostics: Diagnostic[] = marks.map((m) => {
        const from = Math.min(m.from, length);
        return { from, to: Math.min(Math.max(m.to, from), length), message: m.message, severity: m.severity };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    setReadonly(readonly) {
      view.dispatch({ effects: editable.reconfigure(lock(readonly)) });
    },
    focus() {
      view.focus();
    },
    destroy() {
      view.destroy();
    },
  };
}

/** The one part in which two texts differ. */
function difference(from: string, to: string): { from: number; to: number; insert: string } {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from.charCodeAt(start) === to.charCodeAt(start)) start++;
  let end = 0;
  while (end < most - start && from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end)) end++;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}
