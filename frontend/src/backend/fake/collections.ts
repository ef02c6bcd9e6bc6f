import type { core } from '../../../wailsjs/go/models';
import type { CollectionsBackend } from '../collections';

const credential = /sk-[a-z0-9-]+/g;

/** The twin takes what begins with sk- for a credential. */
function suspectsOf(collection: core.SavedCalls): core.CallSuspect[] {
  return collection.calls.flatMap((call, i) =>
    (call.params.match(credential) ?? []).map(() => ({
      where: `call ${String(i + 1)} (${call.name}), params`,
      why: 'the value starts like a known kind of token (sk-…)',
    })),
  );
}

/** A call of the twin. */
export function fakeCall(change: Partial<core.SavedCall> = {}): core.SavedCall {
  return {
    name: 'echo',
    comment: '',
    method: 'tools/call',
    params: '{"name":"echo","arguments":{"text":"{{word}}"}}',
    timeout: '',
    skip: false,
    expect: [{ kind: 'equals', path: '$.content[0].text', in: '', value: '"hello"', code: 0 }],
    keep: [],
    ...change,
  };
}

/** The saved calls of the twin: files in memory, and runs that the test plays. */
export class FakeCollections implements CollectionsBackend {
  readonly files = new Map<string, { sum: number; collection: core.SavedCalls }>();
  readonly runs = new Map<string, core.CollectionRun>();
  /** "run smoke", "stop smoke": what was asked for, in order. */
  readonly collectionDeeds: string[] = [];
  /** Params of the requests that are saved next; empty: those of fakeCall. */
  callParams = '';
  /** Files that the system's dialog gives next. */
  chosenFiles: string[] = [];
  /** Called after a change, to send the event. */
  collectionsChanged: () => void = () => undefined;

  /** Puts a file there. */
  setCollection(path: string, collection: core.SavedCalls): void {
    this.files.set(path, { sum: (this.files.get(path)?.sum ?? 0) + 1, collection: structuredClone(collection) });
    this.collectionsChanged();
  }

  collections(): Promise<core.CollectionList> {
    const files = [...this.files].map(([path, { collection }]) => ({
      path,
      name: collection.name,
      calls: collection.calls.length,
      own: true,
      problem: '',
    }));
    return Promise.resolve({ files, folder: '/calls' });
  }

  collection(path: string): Promise<core.CollectionDoc> {
    const file = this.files.get(path);
    if (!file) return Promise.reject(new Error(`${path} is not among the open files`));
    const collection = structuredClone(file.collection);
    return Promise.resolve({ path, sum: String(file.sum), collection, suspects: suspectsOf(collection) });
  }

  async saveCollection(input: core.SaveCollectionInput): Promise<core.CollectionDoc> {
    const path = input.path || `/calls/${input.collection.name.toLowerCase()}.mcp-calls.json`;
    const is = this.files.get(path)?.sum;
    if ((is === undefined ? '' : String(is)) !== input.sum)
      return { ...input, path, suspects: [], err: refused('the file was changed by somebody else meanwhile') };
    return this.#write(path, input.collection, input.secrets);
  }

  async addCalls(input: core.AddCallsInput): Promise<core.CollectionDoc> {
    const was = input.path ? (await this.collection(input.path)).collection : undefined;
    const collection = was ?? { name: input.name, comment: '', variables: [], calls: [] };
    const params = this.callParams ? { params: this.callParams } : {};
    collection.calls.push(...input.seqs.map((seq) => fakeCall({ name: `call ${String(seq)}`, ...params })));
    return this.#write(input.path || `/calls/${input.name.toLowerCase()}.mcp-calls.json`, collection, input.secrets);
  }

  /** As the program does it: a credential comes into a file by a word only. */
  #write(path: string, collection: core.SavedCalls, secrets: string): Promise<core.CollectionDoc> {
    const suspects = suspectsOf(collection);
    if (suspects.length > 0 && secrets === '')
      return Promise.resolve({ path, sum: '', collection, suspects, unsaved: true });
    const hidden = structuredClone(collection);
    if (suspects.length > 0 && secrets === 'hide') {
      hidden.calls.forEach((call) => (call.params = call.params.replaceAll(credential, '{{secret}}')));
      hidden.variables.push({ name: 'secret', value: '', secret: true, given: true, comment: '' });
    }
    this.setCollection(path, hidden);
    return this.collection(path);
  }

  sentCalls(seqs: readonly number[]): Promise<core.SavedCall[]> {
    return Promise.resolve(seqs.map((seq) => fakeCall({ name: `call ${String(seq)}` })));
  }

  openCollections(): Promise<string[]> {
    return Promise.resolve(this.chosenFiles);
  }

  exportCollection(path: string): Promise<string> {
    this.collectionDeeds.push(`export ${path}`);
    return Promise.resolve('/elsewhere.json');
  }

  deleteCollection(path: string): Promise<void> {
    this.files.delete(path);
    this.collectionsChanged();
    return Promise.resolve();
  }

  setVariable(path: string, name: string, value: string): Promise<void> {
    const variable = this.files.get(path)?.collection.variables.find((v) => v.name === name);
    if (variable) variable.given = value !== '';
    this.collectionsChanged();
    return Promise.resolve();
  }

  runCollection(input: core.CollectionRunInput): Promise<void> {
    this.collectionDeeds.push(
      `run ${input.path || input.seqs.join(' ')}${input.only.length > 0 ? ` only ${input.only.join(' ')}` : ''}`,
    );
    const calls =
      this.files.get(input.path)?.collection.calls ??
      input.seqs.map((seq) => fakeCall({ name: `call ${String(seq)}` }));
    const picked = calls
      .map((_, index) => index)
      .filter((index) => input.only.length === 0 || input.only.includes(index));
    this.runs.set(input.run, {
      run: input.run,
      profile: input.profile,
      name: this.files.get(input.path)?.collection.name ?? 'Replay',
      replay: input.path === '',
      began: Date.now() * 1000,
      ended: Date.now() * 1000 + 5000,
      total: picked.length,
      counts: { passed: picked.length, failed: 0, broken: 0, skipped: 0 },
      results: picked.map((index) => fakeCallResult({ index, name: calls[index]?.name ?? '' })),
    });
    this.collectionsChanged();
    return Promise.resolve();
  }

  collectionRun(run: string): Promise<core.CollectionRun> {
    const found = this.runs.get(run);
    return found ? Promise.resolve(structuredClone(found)) : Promise.reject(new Error(`there is no run ${run}`));
  }

  stopCollection(run: string): Promise<void> {
    this.collectionDeeds.push(`stop ${run}`);
    return Promise.resolve();
  }
}

/** A result of the twin. */
export function fakeCallResult(change: Partial<core.CallResult> = {}): core.CallResult {
  return {
    index: 0,
    name: 'echo',
    state: 'passed',
    took: 1200,
    problem: '',
    verdicts: [{ text: '$.content[0].text is "hello"', pass: true, got: '' }],
    method: 'tools/call',
    request: 11,
    answer: 12,
    ...change,
  };
}

function refused(message: string): core.Error {
  return {
    server: '',
    kind: 'input',
    step: 'save the calls',
    message,
    hint: 'Read it again, or save yours under another name.',
    detail: '',
    status: 0,
    headers: [],
    rpcCode: 0,
    rpc: '',
    entries: [],
    fingerprint: '',
  };
}
