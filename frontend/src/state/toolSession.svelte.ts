import type { Drafts } from '../lib/drafts';
import { parseJson, type JsonNode } from '../lib/jsonDoc';
import { orEmpty } from '../lib/orEmpty';
import { byField, type Problem } from '../lib/problems';
import { type Field, anything, schemaFields } from '../lib/schemaFields';
import { starter } from '../lib/schemaMatch';
import { ArgsDoc } from './argsDoc.svelte';
import { CallExtras } from './callExtras.svelte';
import type { Run, Runs } from './runs.svelte';
import type { CoreError, RunInput, Tool, ToolDetail } from './toolTypes';

/** What a tool's page needs of the backend. */
export interface CheckSource {
  tool(profile: string, index: number): Promise<ToolDetail>;
  check(input: RunInput): Promise<Problem[]>;
  faultOf(error: unknown): CoreError;
}

/** Typing pauses of this length, in milliseconds, are when arguments are checked and kept. */
const checkPause = 150;
const draftPause = 400;
/** Runs kept for one tool. */
const maxRuns = 50;

export type ArgsView = 'form' | 'json' | 'schema';

/** One tool: its schema, the arguments being written, what is wrong with them, and its runs. */
export class ToolSession {
  readonly profile: string;
  readonly #source: CheckSource;
  readonly #runs: Runs;
  readonly #drafts: Drafts;
  readonly #draftName: string;
  #asTask = $state<boolean>();

  tool = $state.raw<Tool>() as Tool;
  /** The connection in use. */
  conn = $state('');
  detail = $state.raw<ToolDetail | null>(null);
  fault = $state.raw<CoreError | null>(null);
  field = $state.raw<Field>(anything(''));
  view = $state<ArgsView>('form');
  readonly args: ArgsDoc;
  /** What the next call has of its own. */
  readonly extras = new CallExtras();
  /** Whether the headers that the call is mirrored in are shown. */
  mirrored = $state(false);
  #problems = $state.raw<readonly Problem[]>([]);
  /** Problems by the field they belong to. */
  readonly problems = $derived(byField(this.#problems));
  /** Whether Run was tried: from then on missing values are told of too. */
  tried = $state(false);
  #runList = $state.raw<readonly Run[]>([]);
  readonly #history = $derived(this.#runList.filter((r) => r.state !== 'running' || r.long));
  #chosen = $state.raw<Run | null>(null);

  #seeded: boolean;
  #checking = 0;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: CheckSource, runs: Runs, drafts: Drafts, profile: string, tool: Tool, draftName: string) {
    this.#source = source;
    this.#runs = runs;
    this.#drafts = drafts;
    this.profile = profile;
    this.tool = tool;
    this.#draftName = draftName;
    this.#asTask = drafts.task(profile, draftName);
    const kept = drafts.load(profile, draftName);
    this.#seeded = kept !== undefined;
    this.args = new ArgsDoc(kept ?? starter(anything('')), () => {
      this.#edited();
    });
    if (!kept) this.args.replace({ kind: 'object', members: [], start: -1, end: -1 });
    clearTimeout(this.#checkTimer);
    clearTimeout(this.#draftTimer);
  }

  /** Reads the tool whole: description and schemas. */
  async load(): Promise<void> {
    const index = this.tool.index;
    try {
      const detail = await this.#source.tool(this.profile, index);
      if (index !== this.tool.index) return;
      this.#take(detail);
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  #take(detail: ToolDetail): void {
    if (detail.inputSchema !== this.detail?.inputSchema) this.field = schemaFields(detail.inputSchema);
    this.detail = detail;
    this.fault = null;
    if (!this.#seeded) {
      // A default of the whole is offered, not taken: it may hold what is optional.
      const first = this.field.kind === 'object' ? starter({ ...this.field, default: undefined }) : null;
      if (first?.kind === 'object' && first.members.length > 0) this.args.replace(first);
      this.#seeded = true;
    }
    this.#scheduleCheck(0);
  }

  #edited(): void {
    this.#scheduleCheck(checkPause);
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => {
      this.keepDraft();
    }, draftPause);
  }

  #scheduleCheck(pause: number): void {
    clearTimeout(this.#checkTimer);
    this.#checkTimer = setTimeout(() => void this.check(), pause);
  }

  /** Keeps the arguments for the next time, without their secrets. */
  keepDraft(): void {
    clearTimeout(this.#draftTimer);
    this.#drafts.save(this.profile, this.#draftName, this.args.root, this.detail ? this.field : null);
  }

  /** Has Go check the arguments against the schema. */
  async check(): Promise<void> {
    clearTimeout(this.#checkTimer);
    const mine = ++this.#checking;
    if (this.args.error) {
      this.#problems = [];
      return;
    }
    try {
      const found = await this.#source.check({ ...this.#input(false), call: '' });
      if (mine === this.#checking) this.#problems = orEmpty(found);
    } catch {
      // Run checks again and tells; a form without marks is still a form.
      if (mine === this.#checking) this.#problems = [];
    }
  }

  /** Everything the check found. */
  get found(): readonly Problem[] {
    return this.#problems;
  }

  #input(force: boolean): Omit<RunInput, 'call'> {
    const extra = this.extras.valid ? this.extras.wire : undefined;
    return {
      profile: this.profile,
      tool: this.tool.name,
      index: this.tool.index,
      args: this.args.wire,
      force,
      ...(extra ? { extra } : {}),
      ...(this.tool.tasks ? { task: this.asTask ? 'yes' : 'no' } : {}),
    };
  }

  /** Whether a call asks for a task, or with the extension allows one: as chosen last, for this tool. */
  get asTask(): boolean {
    return this.tool.tasks === 'required' || (this.#asTask ?? this.tool.tasks === 'allowed');
  }

  set asTask(on: boolean) {
    this.#asTask = on;
    this.#drafts.keepTask(this.profile, this.#draftName, on);
  }

  /** The call as it would be sent now. */
  get input(): RunInput {
    return { ...this.#input(false), call: '' };
  }

  /** Calls the tool; `force` sends arguments that do not match the schema. What is shown changes as `history` says. */
  run(force: boolean): Run {
    this.tried = true;
    const run = this.#runs.run(this.#input(force), this.conn);
    this.#runList = [run, ...this.#runList].slice(0, maxRuns);
    this.#chosen = null;
    // What was worth a call is kept at once: a program that is ended by a signal says no farewell to its page.
    clearTimeout(this.#draftTimer);
    this.keepDraft();
    return run;
  }

  cancel(run: Run): void {
    void this.#runs.cancel(run);
  }

  /** Runs of this tool, newest first. A call is among them once it is over, or takes long enough to be seen. */
  get history(): readonly Run[] {
    return this.#history;
  }

  /** The run shown: the chosen one, else the newest. */
  get shown(): Run | null {
    return this.#chosen ?? this.#history[0] ?? null;
  }

  /** Whether a call was just made whose result will take the place of what is shown. */
  get pending(): boolean {
    return this.#chosen === null && this.#runList[0] !== this.#history[0];
  }

  show(run: Run): void {
    this.#chosen = run === this.#history[0] ? null : run;
  }

  /** Puts the arguments of a run back. */
  restore(run: Run): void {
    const parsed = parseJson(run.args);
    if (parsed.ok) this.args.replace(withoutOffsets(parsed.node));
    else this.args.setText(run.args);
  }

  /** Forgets the runs that are over. */
  clearHistory(): void {
    this.#runList = this.#runList.filter((r) => r.state === 'running');
    this.#chosen = null;
  }
}

/** Offsets of one text mean nothing in another; printing does not care, so the root alone is copied. */
function withoutOffsets(node: JsonNode): JsonNode {
  return { ...node, start: -1, end: -1 };
}
