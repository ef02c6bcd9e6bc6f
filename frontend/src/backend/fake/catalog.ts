import type { core } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { BodyBytes } from '../types';
import type { FakeConnections } from './connections';
import type { FakeHub } from './hub';
import type { FakeLog } from './log';
import { FakeInbox } from './inbox';
import { fakeExpand, templateVariables } from './expand';
import { fakeMessages, fakePrompts, fakeResources, fakeTemplates, fakeWords, offer, plain } from './offers';
import { refuse } from './refuse';
import { fakeSkillChecks, fakeSkillDetail, fakeSkillDirectory, fakeSkillEntry, fakeSkills } from './skills';
import { fakeChallenge, fakeError } from './servers';

const utf8 = new TextEncoder();
/** The resources, templates and prompts of the twin: lists, reads, completions, updates. */
export class FakeCatalog extends FakeInbox {
  readonly #hub: FakeHub;
  readonly #log: FakeLog;
  readonly #connections: FakeConnections;
  readonly #contents = new Map<number, core.Contents>();
  readonly #bytes = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #watches = new Map<string, Map<string, core.Watch>>();
  readonly #reads = new Map<string, { seq: number; bytes: string }>();
  /** What was asked to be saved: `seq at`. */
  readonly saved: string[] = [];
  /** Servers whose lists are empty, and those whose lists fail. */
  readonly bare = new Set<string>();
  readonly failing = new Set<string>();

  constructor(hub: FakeHub, log: FakeLog, connections: FakeConnections) {
    super(hub);
    this.#hub = hub;
    this.#log = log;
    this.#connections = connections;
  }

  resources(id: string): Promise<core.ResourceList> {
    const resources = (this.bare.has(id) ? [] : fakeResources).map((r, index) => ({
      ...plain,
      index,
      uri: r.uri,
      name: r.name,
      title: r.title ?? '',
      summary: r.description?.slice(0, 200) ?? '',
      mimeType: r.mimeType ?? '',
      ...(r.size === undefined ? {} : { size: r.size }),
      annotations: {
        audience: r.annotations?.audience ?? [],
        ...(r.annotations?.priority === undefined ? {} : { priority: r.annotations.priority }),
        lastModified: r.annotations?.lastModified ?? '',
      },
    }));
    return this.#list(id, 'resources/list', { resources });
  }

  templates(id: string): Promise<core.TemplateList> {
    const templates = (this.bare.has(id) ? [] : fakeTemplates).map((t, index) => {
      const { variables, problem } = templateVariables(t.uri);
      return {
        ...plain,
        index,
        uriTemplate: t.uri,
        name: t.name,
        title: t.title ?? '',
        summary: t.description ?? '',
        mimeType: t.mimeType ?? '',
        variables,
        ...(problem ? { problem } : {}),
      };
    });
    return this.#list(id, 'resources/templates/list', { templates });
  }

  skills(id: string): Promise<core.SkillList> {
    return this.#list(id, 'skills/list', { skills: fakeSkills, directories: true });
  }

  async skill(_id: string, index: number): Promise<core.SkillDetail> {
    return fakeSkillDetail(index) ?? (await refuse(`there is no skill ${index}`));
  }

  async readSkill(input: core.SkillInput): Promise<core.SkillRead> {
    const read = await this.readResource({ call: input.call, profile: input.profile, uri: input.uri, index: -1 });
    const checks = fakeSkillChecks(input.uri);
    const ok = checks.every((c) => c.state !== 'failed');
    return { call: input.call, seq: read.seq, took: read.took, bytes: read.bytes, at: '/contents/0', ok, checks };
  }

  getSkill(input: core.SkillInput): Promise<core.SkillEntry> {
    return Promise.resolve(fakeSkillEntry(input));
  }

  skillDirectory(): Promise<core.SkillDirectory> {
    return Promise.resolve(fakeSkillDirectory);
  }

  prompts(id: string): Promise<core.PromptList> {
    const prompts = (this.bare.has(id) ? [] : fakePrompts).map((p, index) => ({
      index,
      name: p.name,
      title: p.title ?? '',
      summary: p.description ?? '',
      icons: [],
      arguments: p.arguments?.length ?? 0,
      required: p.arguments?.filter((a) => a.required).length ?? 0,
    }));
    return this.#list(id, 'prompts/list', { prompts });
  }

  #list<T extends object>(
    id: string,
    method: string,
    items: T,
  ): Promise<T & Pick<core.PromptList, 'pages' | 'more' | 'cursor' | 'seqs' | 'at' | 'findings' | 'offer'>> {
    if (this.#connections.get(id)?.phase !== 'connected') return refuse('not connected', 'closed');
    if (this.failing.has(id)) return refuse(`${method}: the server answered with -32603: Internal error`, 'rpc');
    return Promise.resolve({
      ...items,
      pages: 1,
      more: false,
      cursor: '',
      seqs: [5],
      at: this.#log.now(),
      findings: [],
      offer,
    });
  }

  async resource(id: string, index: number): Promise<core.ResourceDetail> {
    const resource = (await this.resources(id)).resources[index] ?? (await refuse(`there is no resource ${index}`));
    const raw = JSON.stringify({ ...fakeResources[index], text: undefined, blob: undefined });
    return { resource, description: fakeResources[index]?.description ?? '', meta: '', raw };
  }

  async template(id: string, index: number): Promise<core.TemplateDetail> {
    const template = (await this.templates(id)).templates[index] ?? (await refuse(`there is no template ${index}`));
    return { template, description: template.summary, meta: '', raw: JSON.stringify(fakeTemplates[index]) };
  }

  async prompt(id: string, index: number): Promise<core.PromptDetail> {
    const prompt = (await this.prompts(id)).prompts[index] ?? (await refuse(`there is no prompt ${index}`));
    const whole = fakePrompts[index];
    return {
      prompt,
      description: whole?.description ?? '',
      arguments: (whole?.arguments ?? []).map((a) => ({
        name: a.name,
        title: a.title ?? '',
        description: a.description ?? '',
        required: a.required === true,
      })),
      meta: '',
      raw: JSON.stringify(whole),
    };
  }

  async readResource(input: core.ReadInput): Promise<core.ReadOutput> {
    const { profile, uri } = input;
    const found = fakeResources.find((r) => r.uri === uri);
    const text = uri === 'clock://now' ? `line one\n${new Date().toISOString()}\nline three\n` : found?.text;
    const item: Partial<core.Content> & { blob?: string } = {
      kind: found?.blob === undefined ? 'text' : 'blob',
      uri,
      mimeType: found?.mimeType ?? '',
      ...(found?.blob === undefined ? { text: text ?? `The content of ${uri}` } : { blob: found.blob }),
    };
    const failed = uri === 'file:///gone' ? { code: -32002, message: `Resource not found: ${uri}` } : undefined;
    const sent = await this.#answer(input, 'resources/read', { uri }, failed ?? [item]);
    const before = this.#reads.get(`${profile} ${uri}`);
    const print = JSON.stringify(item);
    if (!failed) this.#reads.set(`${profile} ${uri}`, { seq: sent.seq, bytes: print });
    this.#watch(profile, uri, { updated: false, readAt: this.#log.now(), readSeq: sent.seq });
    const refused = uri.startsWith('vault:')
      ? fakeError({
          kind: 'auth',
          status: 403,
          message: 'the server refused it with 403 Forbidden',
          challenge: fakeChallenge(),
        })
      : undefined;
    return {
      ...sent,
      uri,
      previous: before?.seq ?? 0,
      changed: before !== undefined && before.bytes !== print,
      at: this.#log.now(),
      count: failed || refused ? 0 : 1,
      offer,
      ...(refused ? { err: refused } : {}),
    };
  }

  async getPrompt(input: core.PromptInput): Promise<core.PromptOutput> {
    const prompt = fakePrompts.find((p) => p.name === input.name);
    const args = Object.fromEntries(input.args.map((a) => [a.name, a.value]));
    const problems = (prompt?.arguments ?? [])
      .filter((a) => a.required && args[a.name] === undefined && !input.force)
      .map((a) => ({ path: `/${a.name}`, message: 'it is required', keyword: 'required' }));
    if (problems.length > 0)
      return {
        call: input.call,
        seq: 0,
        request: 0,
        bytes: 0,
        took: 0,
        rounds: 0,
        messages: 0,
        problems,
        findings: [],
        offer,
      };
    const failed = input.name === 'fails' ? { code: -32602, message: 'Invalid params' } : undefined;
    const items = fakeMessages(input.name, args);
    const sent = await this.#answer(input, 'prompts/get', { name: input.name, arguments: args }, failed ?? items);
    return { ...sent, messages: items.length, problems: [], offer };
  }

  async #answer(
    { call, profile }: { call: string; profile: string },
    method: string,
    params: object,
    answer: { code: number; message: string } | (Partial<core.Content> & { blob?: string })[],
  ): Promise<Pick<core.ReadOutput, 'call' | 'seq' | 'request' | 'bytes' | 'took' | 'rounds' | 'findings' | 'err'>> {
    const conn = this.#connections.get(profile)?.conn ?? '';
    const frame = { jsonrpc: '2.0', id: call, method, params };
    const request = this.#log.append(
      { conn, kind: 'frame', dir: 'out', message: 'request', method, id: `"${call}"`, open: true, call },
      { message: JSON.stringify(frame) },
    );
    await this.#hub.wait(30);
    const failed = 'code' in answer ? answer : undefined;
    const items = 'code' in answer ? [] : answer;
    const result = failed
      ? { error: failed }
      : { result: method === 'prompts/get' ? messages(items) : { contents: items.map(wire) } };
    const message = JSON.stringify({ jsonrpc: '2.0', id: call, ...result });
    const entry = this.#log.append(
      {
        conn,
        kind: 'frame',
        dir: 'in',
        message: failed ? 'error' : 'response',
        id: `"${call}"`,
        pair: request.seq,
        call,
      },
      { message },
    );
    this.#keep(entry.seq, method, message.length, items);
    const output = {
      call,
      seq: entry.seq,
      request: request.seq,
      bytes: message.length,
      took: entry.took ?? 0,
      rounds: 0,
      findings: [],
    };
    if (!failed) return output;
    const err = fakeError({
      kind: 'rpc',
      step: method,
      message: failed.message,
      rpcCode: failed.code,
      rpc: JSON.stringify(failed),
      entries: [entry.seq],
    });
    return { ...output, err };
  }

  #keep(seq: number, method: string, length: number, items: (Partial<core.Content> & { blob?: string })[]): void {
    const all = items.map((item, i): core.Content => {
      const at = method === 'prompts/get' ? `/messages/${i}/content` : `/contents/${i}`;
      const bytes =
        item.blob === undefined
          ? utf8.encode(item.text ?? '')
          : Uint8Array.from(atob(item.blob), (c) => c.charCodeAt(0));
      this.#bytes.set(`${seq} ${at}`, bytes);
      const text = new TextDecoder().decode(bytes.subarray(0, 4096));
      return {
        ...plain,
        message: -1,
        role: '',
        kind: 'text',
        mimeType: '',
        sniffed: '',
        size: bytes.length,
        cut: item.blob === undefined && bytes.length > 4096,
        uri: '',
        name: '',
        title: '',
        description: '',
        meta: '',
        ...item,
        at,
        isText: item.blob === undefined,
        text: item.blob === undefined ? text : '',
      };
    });
    this.#contents.set(seq, {
      seq,
      method,
      description: '',
      items: all,
      total: all.length,
      bytes: length,
      state: '',
      findings: [],
    });
  }

  contents(seq: number): Promise<core.Contents> {
    const kept = this.#contents.get(seq);
    return kept ? Promise.resolve(structuredClone(kept)) : refuse(`entry ${seq} has no contents`);
  }

  content(seq: number, at: string, offset: number, length: number): Promise<BodyBytes> {
    const bytes = this.#bytes.get(`${seq} ${at}`);
    if (!bytes) return refuse(`entry ${seq} has no content ${at}`);
    return Promise.resolve({
      bytes: bytes.slice(offset, offset + length),
      total: bytes.length,
      kept: bytes.length,
      state: '',
    });
  }

  saveContent(seq: number, at: string): Promise<string> {
    this.saved.push(`${seq} ${at}`);
    return Promise.resolve('/home/me/Downloads/notes.md');
  }

  expandTemplate(template: string, values: core.TemplateValue[]): Promise<core.Expansion> {
    return Promise.resolve(fakeExpand(template, values));
  }

  async complete(input: core.CompleteInput): Promise<core.CompleteOutput> {
    await this.#hub.wait(60);
    const words = fakeWords[input.argument] ?? [];
    const values = words.filter((w) => w.toLowerCase().includes(input.value.toLowerCase()));
    return { call: input.call, values, hasMore: false, stale: false, seq: 5, took: 900, findings: [], offer };
  }

  // Updates.

  watch(input: core.WatchInput): Promise<core.Watches> {
    for (const uri of input.uris) {
      this.#watch(input.profile, uri, { state: input.on ? 'on' : '', since: this.#log.now() });
      if (input.on && uri === 'clock://now') setTimeout(() => this.update(input.profile, uri), 0);
    }
    return this.watches(input.profile);
  }

  /** Tells that a resource was updated, as the server would. */
  update(profile: string, uri: string): void {
    const old = this.#watches.get(profile)?.get(uri);
    if (old?.state !== 'on') throw new AppError({ message: `${uri} is not subscribed to` });
    this.#watch(profile, uri, { updates: old.updates + 1, last: this.#log.now(), updated: true, entry: 5 });
  }

  #watch(profile: string, uri: string, change: Partial<core.Watch>): void {
    const all = this.#watches.get(profile) ?? new Map<string, core.Watch>();
    this.#watches.set(profile, all);
    const fresh = { uri, state: '', since: 0, updates: 0, last: 0, entry: 0, updated: false, readAt: 0, readSeq: 0 };
    all.set(uri, { ...(all.get(uri) ?? fresh), ...change });
    this.#connections.set(profile, { watchRev: this.#hub.next() });
  }

  watchLists(id: string): Promise<core.Watches> {
    return this.watches(id);
  }

  watches(id: string): Promise<core.Watches> {
    return Promise.resolve({
      mode: this.#connections.get(id)?.phase === 'connected' ? 'subscribe' : '',
      lists: true,
      items: [...(this.#watches.get(id)?.values() ?? [])].map((w) => ({ ...w })),
      offer,
      changed: { tools: false, resources: false, prompts: false },
    });
  }
}

/** An item as it is on the wire. */
function wire(item: Partial<core.Content> & { blob?: string }): object {
  const { uri, mimeType, text, blob } = item;
  return { uri, ...(mimeType ? { mimeType } : {}), ...(blob === undefined ? { text } : { blob }) };
}

function messages(items: (Partial<core.Content> & { blob?: string })[]): object {
  return {
    messages: items.map((item) => ({
      role: item.role,
      content: item.kind === 'text' ? { type: 'text', text: item.text } : { type: item.kind, ...wire(item) },
    })),
  };
}
