import type { core } from '../../../wailsjs/go/models';
import type { ExportsBackend } from '../exports';
import { FakeInspect } from './inspect';

const hit: core.ExportLook['hits'][number] = {
  seq: 7,
  where: 'message',
  kind: 'an e-mail address',
  text: 'me@example.org',
  count: 2,
};

/** What the twin hands on: a little code, a preview, and mocks that serve nobody. */
export class FakeExports extends FakeInspect implements ExportsBackend {
  /** What was asked for, in order: "save har", "stop", "copy curl". */
  readonly handedOn: string[] = [];
  readonly #mocks: core.Mock[] = [];

  copyForms(): Promise<core.CopyForm[]> {
    return Promise.resolve([
      { id: 'curl', label: 'cURL', about: 'the HTTP request, for a POSIX shell' },
      { id: 'fetch', label: 'TypeScript (fetch)', about: 'the HTTP request' },
    ]);
  }

  copyCode(seq: number, form: string): Promise<core.CopyCode> {
    this.handedOn.push(`copy ${form}`);
    return Promise.resolve({
      text: `${form} of entry ${String(seq)}\n`,
      secrets: [{ env: 'SIGHTGLASS_TOKEN', placeholder: '‹token #3f2a›' }],
      notes: [],
    });
  }

  lookAtExport(input: core.ExportInput): Promise<core.ExportLook> {
    const report = input.format === 'report';
    const redacted = input.words.includes(hit.text);
    const file = (name: string, text: string): core.ExportLook['report']['files'][number] => ({
      name,
      about: 'a file of the report',
      bytes: 100,
      text,
      cut: false,
      left: input.leave.includes(name),
    });
    const hits = redacted ? [] : [hit];
    return Promise.resolve({
      entries: 12,
      bytes: 3456,
      first: 1_795_286_541_000_000,
      last: 1_795_286_542_000_000,
      text: report ? '' : `${input.format} of ${redacted ? '‹redacted #0001›' : hit.text}`,
      more: false,
      hits,
      report: {
        files: report ? [file('report.md', `# ${input.about}`), file('traffic.har', '')] : [],
        hits: report ? hits : [],
        count: 0,
      },
    });
  }

  saveExport(input: core.ExportInput): Promise<string> {
    this.handedOn.push(`save ${input.format}`);
    return Promise.resolve(`/home/me/traffic.${input.format}`);
  }

  stopExport(): Promise<void> {
    this.handedOn.push('stop');
    return Promise.resolve();
  }

  exportState(): Promise<core.ExportState> {
    return Promise.resolve({ running: false, entries: 0, total: 0, bytes: 0 });
  }

  sendSpans(input: core.SpansInput): Promise<core.SpansSent> {
    this.handedOn.push(`spans ${input.endpoint}`);
    return Promise.resolve({
      sent: {
        url: `${input.endpoint}/v1/traces`,
        spans: 5,
        rejected: 0,
        message: '',
        status: 200,
        answer: '{}',
        sample: '{}',
      },
      error: '',
    });
  }

  mocks(): Promise<core.Mock[]> {
    return Promise.resolve(this.#mocks.map((mock) => ({ ...mock })));
  }

  startMock(input: core.MockInput): Promise<core.Mock> {
    const mock: core.Mock = {
      id: `m${String(this.#mocks.length + 1)}`,
      url: 'http://127.0.0.1:4321/mcp',
      conn: 'c1',
      name: 'Sample',
      requests: 3,
      timing: input.timing,
      challenges: input.challenges,
      challenge: false,
      served: [
        {
          time: 1_795_286_541_000_000,
          method: 'tools/call',
          name: 'echo',
          params: '{}',
          how: 'exactly',
          seq: 3,
          times: 1,
        },
      ],
      total: 1,
    };
    this.#mocks.push(mock);
    return Promise.resolve(mock);
  }

  stopMock(id: string): Promise<void> {
    const at = this.#mocks.findIndex((mock) => mock.id === id);
    if (at >= 0) this.#mocks.splice(at, 1);
    return Promise.resolve();
  }
}
