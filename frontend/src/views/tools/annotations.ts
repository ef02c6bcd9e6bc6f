import type { Tool } from '../../state/toolTypes';

/** A hint that a tool's annotations give, or deny. They are the server's word, nothing that is enforced. */
export interface Hint {
  readonly label: string;
  /** What it means (MCP 2025-11-25, ToolAnnotations). */
  readonly meaning: string;
  readonly tone: 'plain' | 'ok' | 'err' | 'accent';
}

/** The hints that the server stated; a default is never shown as a statement. */
export function hints(tool: Tool): Hint[] {
  const out: Hint[] = [];
  if (tool.appOnly)
    out.push({
      label: 'app only',
      meaning: '_meta.ui.visibility lacks "model": it is for the apps of this server, and hidden from a model',
      tone: 'accent',
    });
  if (tool.ui)
    out.push({ label: 'app', meaning: `_meta.ui.resourceUri: it has an MCP App, ${tool.ui}`, tone: 'accent' });
  if (tool.modelOnly)
    out.push({
      label: 'not for apps',
      meaning: '_meta.ui.visibility lacks "app": the apps of this server may not call it',
      tone: 'plain',
    });
  if (tool.readOnly === true)
    out.push({
      label: 'read-only',
      meaning: 'readOnlyHint: it does not modify its environment',
      tone: 'ok',
    });
  if (tool.readOnly === false)
    out.push({
      label: 'modifies',
      meaning: 'readOnlyHint false: it may modify its environment',
      tone: 'plain',
    });
  if (tool.destructive === true)
    out.push({
      label: 'destructive',
      meaning: 'destructiveHint: it may destroy or overwrite',
      tone: 'err',
    });
  if (tool.destructive === false)
    out.push({ label: 'additive', meaning: 'destructiveHint false: it only adds', tone: 'plain' });
  if (tool.idempotent === true)
    out.push({
      label: 'idempotent',
      meaning: 'idempotentHint: calling it again with the same arguments changes nothing more',
      tone: 'plain',
    });
  if (tool.idempotent === false)
    out.push({
      label: 'not idempotent',
      meaning: 'idempotentHint false: every call has an effect',
      tone: 'plain',
    });
  if (tool.openWorld === true)
    out.push({
      label: 'open world',
      meaning: 'openWorldHint: it deals with the world outside, such as the web',
      tone: 'plain',
    });
  if (tool.openWorld === false)
    out.push({
      label: 'closed world',
      meaning: 'openWorldHint false: it deals with a closed domain only',
      tone: 'plain',
    });
  return out;
}

/** The hint that a list has room for: what warns first. */
export function chiefHint(tool: Tool): Hint | undefined {
  const stated = hints(tool);
  return (
    stated.find((h) => h.tone === 'err') ??
    stated.find((h) => h.tone === 'accent') ??
    stated.find((h) => h.tone === 'ok')
  );
}
