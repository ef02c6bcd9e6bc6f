import type { Tool } from '../../state/toolTypes';

/** A hint that a tool's annotations give, or deny. They are the server's word, nothing that is enforced. */
export interface Hint {
  readonly letter: string;
  readonly label: string;
  /** What it means (MCP 2025-11-25, ToolAnnotations). */
  readonly meaning: string;
  readonly tone: 'plain' | 'ok' | 'err' | 'accent';
}

/** The hints that the server stated; a default is never shown as a statement. */
export function hints(tool: Tool): Hint[] {
  const out: Hint[] = [];
  if (tool.readOnly === true)
    out.push({
      letter: 'R',
      label: 'read-only',
      meaning: 'readOnlyHint: it does not modify its environment',
      tone: 'ok',
    });
  if (tool.readOnly === false)
    out.push({
      letter: '',
      label: 'modifies',
      meaning: 'readOnlyHint false: it may modify its environment',
      tone: 'plain',
    });
  if (tool.destructive === true)
    out.push({
      letter: 'D',
      label: 'destructive',
      meaning: 'destructiveHint: it may destroy or overwrite',
      tone: 'err',
    });
  if (tool.destructive === false)
    out.push({ letter: '', label: 'additive', meaning: 'destructiveHint false: it only adds', tone: 'plain' });
  if (tool.idempotent === true)
    out.push({
      letter: 'I',
      label: 'idempotent',
      meaning: 'idempotentHint: calling it again with the same arguments changes nothing more',
      tone: 'plain',
    });
  if (tool.idempotent === false)
    out.push({
      letter: '',
      label: 'not idempotent',
      meaning: 'idempotentHint false: every call has an effect',
      tone: 'plain',
    });
  if (tool.openWorld === true)
    out.push({
      letter: 'O',
      label: 'open world',
      meaning: 'openWorldHint: it deals with the world outside, such as the web',
      tone: 'plain',
    });
  if (tool.openWorld === false)
    out.push({
      letter: '',
      label: 'closed world',
      meaning: 'openWorldHint false: it deals with a closed domain only',
      tone: 'plain',
    });
  return out;
}

/** The stated hints as letters, for a list. */
export function annotationLetters(tool: Tool): { text: string; title: string } {
  const stated = hints(tool).filter((h) => h.letter !== '');
  return { text: stated.map((h) => h.letter).join(''), title: stated.map((h) => h.label).join(', ') };
}
