import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import type { Hold } from './hold';
import { type Run, Runs, type RunSource } from './runs.svelte';

export type ReadSource = Pick<Backend, 'readResource' | 'getPrompt'> & Omit<RunSource, 'run'>;

/** Outcomes remembered: as many as histories may show. */
const maxOutcomes = 2000;

/** Reads of resources, as runs: the tool is the method, the arguments are the URI. */
export class Reads {
  readonly runs: Runs;
  readonly #outs = new Map<string, core.ReadOutput>();

  constructor(source: ReadSource, hold?: Hold) {
    const run = async (input: core.RunInput): Promise<core.RunOutput> => {
      const { call, profile, index, extra } = input;
      const out = await source.readResource({ call, profile, uri: input.args, index, ...(extra ? { extra } : {}) });
      this.#outs.set(call, out);
      const [oldest] = this.#outs.keys();
      if (this.#outs.size > maxOutcomes && oldest !== undefined) this.#outs.delete(oldest);
      return asRun(out);
    };
    this.runs = new Runs({ ...source, run }, hold, 'read');
  }

  /** What is known of a read beyond what every run has; undefined for one that was sent again after a sign-in. */
  outOf(run: Run): core.ReadOutput | undefined {
    return run.replayed ? undefined : this.#outs.get(run.call);
  }

  /** Reads a resource; `index` is its place in the list, or -1. */
  read(profile: string, uri: string, index: number, conn: string, extra?: core.CallExtras): Run {
    const input = { profile, tool: 'resources/read', index, args: uri, force: false };
    return this.runs.run({ ...input, ...(extra ? { extra } : {}) }, conn);
  }
}

/** Prompts that are got, as runs: the arguments are a JSON object of texts. */
export function promptRuns(source: ReadSource, hold?: Hold): Runs {
  const run = async (input: core.RunInput): Promise<core.RunOutput> => {
    const { call, profile, tool, index, force, extra } = input;
    const args = Object.entries(JSON.parse(input.args) as Record<string, string>);
    const out = await source.getPrompt({
      call,
      profile,
      name: tool,
      index,
      force,
      args: args.map(([name, value]) => ({ name, value })),
      ...(extra ? { extra } : {}),
    });
    return { ...asRun(out), problems: [...orEmpty(out.problems)] };
  };
  return new Runs({ ...source, run }, hold, 'prompt');
}

type Outcome = Pick<core.ReadOutput, 'call' | 'seq' | 'request' | 'bytes' | 'took' | 'rounds' | 'findings' | 'err'>;

function asRun(out: Outcome): core.RunOutput {
  const { call, seq, request, bytes, took, rounds } = out;
  const known = { call, seq, request, bytes, took, rounds, findings: [...orEmpty(out.findings)] };
  return { ...known, result: '', isError: false, problems: [], output: [], ...(out.err ? { err: out.err } : {}) };
}
