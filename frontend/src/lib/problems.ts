/** What the argument check found, by the field it belongs to. */

import { pointerTokens, toPointer } from './jsonPath';

export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly keyword: string;
}

/** Problems by JSON Pointer. A missing or unwelcome member is told of at that member, not at the object around it. */
export function byField(problems: readonly Problem[]): Map<string, Problem[]> {
  const out = new Map<string, Problem[]>();
  for (const p of problems) {
    const at = fieldOf(p);
    const list = out.get(at);
    if (list) list.push(p);
    else out.set(at, [p]);
  }
  return out;
}

function fieldOf(problem: Problem): string {
  const parent = toPointer(pointerTokens(problem.path) ?? []);
  if (problem.keyword !== 'required' && problem.keyword !== 'additionalProperties') return parent;
  const quoted = /^("(?:[^"\\]|\\.)*")/.exec(problem.message)?.[1];
  if (quoted === undefined) return parent;
  try {
    return parent + toPointer([JSON.parse(quoted) as string]);
  } catch {
    return parent;
  }
}
