import { parseJson, type Duplicate, type JsonError } from '../../lib/jsonDoc';
import { spanOf } from '../../lib/jsonPath';
import { byField, type Problem } from '../../lib/problems';

/** A place in a JSON text and what is wrong there. */
export interface TextMark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** What is wrong with a JSON text, and where. */
export function errorText(error: JsonError): string {
  return `line ${String(error.line)}, column ${String(error.column)}: ${error.message}`;
}

/** Longer texts (UTF-16 units) are not read again for marks with every keystroke. */
const maxMarked = 500_000;

/** The problems of a text by their places in it. */
export function textMarks(
  text: string,
  error: JsonError | null,
  duplicates: readonly Duplicate[],
  problems: readonly Problem[],
): TextMark[] {
  if (error)
    return [
      {
        from: Math.max(0, Math.min(error.offset, text.length - 1)),
        to: Math.min(error.offset + 1, text.length),
        message: error.message,
        severity: 'error',
      },
    ];
  const marks: TextMark[] = duplicates.map((d) => ({
    from: d.offset,
    to: d.end,
    message: `the key ${JSON.stringify(d.key)} is there twice`,
    severity: 'warning',
  }));
  const parsed = text.length <= maxMarked ? parseJson(text) : null;
  if (!parsed?.ok) return marks;
  for (const [pointer, list] of byField(problems)) {
    for (const problem of list) {
      const span = spanOf(parsed.node, pointer);
      if (!span) continue;
      // A whole object underlined says nothing: its opening bracket does.
      const to = text.slice(span.start, span.end).includes('\n') ? span.start + 1 : span.end;
      marks.push({ from: span.start, to, message: problem.message, severity: 'warning' });
    }
  }
  return marks;
}
