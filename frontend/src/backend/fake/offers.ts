import type { core } from '../../../wailsjs/go/models';

/** The resources, templates and prompts of the connected servers: every kind of content there is a view for. */

export interface FakeResource {
  uri: string;
  name: string;
  title?: string;
  description?: string;
  mimeType?: string;
  size?: number;
  annotations?: { audience?: string[]; priority?: number; lastModified?: string };
  text?: string;
  /** Base64. */
  blob?: string;
}

const square =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAKElEQVQYV2NkYGD4z4AHMP7//x+vAkZkBaSagE8B1h0gK8ASGIYOAgDqTQgJ1nQYbgAAAABJRU5ErkJggg==';

const notes = `# Release notes

Version **2.4** is out. It brings *faster* starts and a [changelog](https://example.org/changelog).

## What changed

1. Lists are read page by page
2. Resources have viewers
   - [x] Markdown
   - [ ] HTML, which comes with MCP Apps

| Part | Before | Now |
|---|---|---|
| start | 420 ms | 180 ms |
| read | 35 ms | 12 ms |

> Nothing here runs: <b>HTML</b> stays text.

\`\`\`go
func main() { fmt.Println("hello") }
\`\`\`
`;

/** A tenth of a second of a tone, as WAV in base64. */
function tone(): string {
  const samples = 800;
  const bytes = new Uint8Array(44 + samples);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  put(0, 'RIFF');
  view.setUint32(4, 36 + samples, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint32(28, 8000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  put(36, 'data');
  view.setUint32(40, samples, true);
  for (let i = 0; i < samples; i++) view.setUint8(44 + i, 128 + 60 * Math.sin(i / 3));
  return btoa(String.fromCharCode(...bytes));
}

const orders = [
  'id,customer,city,total,note',
  ...Array.from({ length: 2000 }, (_, i) => `${i + 1},"Customer ${i + 1}, Ltd.",Reykjavík,${(i * 7.5).toFixed(2)},`),
].join('\n');

export const fakeResources: readonly FakeResource[] = [
  {
    uri: 'memo://notes',
    name: 'notes',
    title: 'Release notes',
    description: 'What changed, in Markdown.',
    mimeType: 'text/markdown',
    size: notes.length,
    annotations: { audience: ['user'], priority: 0.8, lastModified: '2026-01-12T15:00:58Z' },
    text: notes,
  },
  {
    uri: 'file:///etc/service/config.json',
    name: 'config.json',
    mimeType: 'application/json',
    text: JSON.stringify({ name: 'service', ports: [80, 443], limits: { cpu: 2, memory: '512Mi' }, debug: false }),
  },
  { uri: 'db://orders.csv', name: 'orders', title: 'Orders', mimeType: 'text/csv', size: orders.length, text: orders },
  { uri: 'clock://now', name: 'now', title: 'The time', mimeType: 'text/plain', description: 'Another at every read.' },
  { uri: 'file:///samples/square.png', name: 'square.png', mimeType: 'image/png', blob: square },
  { uri: 'file:///samples/tone.wav', name: 'tone.wav', mimeType: 'audio/wav', blob: tone() },
  { uri: 'file:///samples/report.pdf', name: 'report.pdf', mimeType: 'application/pdf', blob: btoa('%PDF-1.4\n%%EOF') },
  {
    uri: 'ui://dashboard',
    name: 'dashboard',
    title: 'Dashboard',
    mimeType: 'text/html;profile=mcp-app',
    text: '<!doctype html>\n<h1>Dashboard</h1>\n<script>top.location = "https://evil.example"</script>\n',
  },
  { uri: 'file:///samples/core.bin', name: 'core.bin', blob: btoa('\x00\x01\x02\x7fELF and more \xff\xfe') },
  {
    uri: 'file:///a/very/long/path/that/goes/on/and/on/until/nobody/remembers/where/it/began/final-version-2-really-final.txt',
    name: 'final-version-2-really-final-this-time-with-the-corrections-of-everyone.txt',
    title: 'A title that is much longer than the place there is for it in any list',
    description: 'A long name. '.repeat(30),
    mimeType: 'text/plain',
    text: 'Short.',
  },
  { uri: 'file:///gone', name: 'gone', description: 'Reading it fails.' },
  { uri: 'vault://secret', name: 'secret', description: 'Reading it is refused.' },
];

export const fakeTemplates: readonly Pick<FakeResource, 'uri' | 'name' | 'title' | 'description' | 'mimeType'>[] = [
  {
    uri: 'repo://{owner}/{repo}/contents{/path*}{?ref}',
    name: 'repo-file',
    title: 'A file of a repository',
    description: 'Any file, at any commit.',
    mimeType: 'text/plain',
  },
  { uri: 'weather://{city}/today', name: 'weather', mimeType: 'application/json' },
  { uri: 'broken://{city', name: 'broken' },
];

export interface FakePrompt {
  name: string;
  title?: string;
  description?: string;
  arguments?: { name: string; title?: string; description?: string; required?: boolean }[];
}

export const fakePrompts: readonly FakePrompt[] = [
  {
    name: 'review',
    title: 'Review a change',
    description: 'Asks for a review of a change in a language.',
    arguments: [
      { name: 'language', description: 'What the change is written in', required: true },
      { name: 'code', description: 'The change itself', required: true },
      { name: 'tone', description: 'How to say it' },
    ],
  },
  { name: 'greet', description: 'Says hello. It takes nothing.' },
  { name: 'everything', title: 'Every kind of content' },
  { name: 'fails', description: 'Answers with an error of the protocol.' },
];

/** What a variable or argument may be completed to. */
export const fakeWords: Readonly<Record<string, readonly string[]>> = {
  language: ['go', 'typescript', 'svelte', 'rust', 'python', 'haskell'],
  tone: ['kind', 'strict', 'short'],
  city: ['Bergen', 'Berlin', 'Bern', 'Reykjavík', 'Roma'],
  owner: ['sightglass-dev', 'modelcontextprotocol'],
  repo: ['sightglass', 'servers', 'inspector'],
  ref: ['main', 'v0.1.0'],
};

type Item = Omit<core.Content, 'at'>;

/** The messages of a prompt, as content items. */
export function fakeMessages(
  prompt: string,
  args: Readonly<Record<string, string>>,
): Partial<Item & { blob: string }>[] {
  const says = (message: number, role: string, text: string): Partial<Item> => ({ message, role, kind: 'text', text });
  switch (prompt) {
    case 'review':
      return [
        says(0, 'user', `Review this ${args['language'] ?? ''} change${args['tone'] ? `, ${args['tone']}` : ''}:`),
        says(1, 'user', args['code'] ?? ''),
        says(2, 'assistant', 'I will look at names first, then at errors, then at tests.'),
      ];
    case 'greet':
      return [says(0, 'user', 'Say hello.')];
    default:
      return [
        says(0, 'user', 'A text, an image, a sound, a resource, and a link.'),
        { message: 1, role: 'assistant', kind: 'image', mimeType: 'image/png', blob: square },
        { message: 2, role: 'assistant', kind: 'audio', mimeType: 'audio/wav', blob: tone() },
        { message: 3, role: 'user', kind: 'resource', uri: 'memo://notes', mimeType: 'text/markdown', text: notes },
        {
          message: 4,
          role: 'user',
          kind: 'resource_link',
          uri: 'file:///samples/square.png',
          name: 'square.png',
          mimeType: 'image/png',
        },
        { message: 5, role: 'narrator', kind: 'invalid', problem: 'text without "text"' },
      ];
  }
}

/** An item without icons and annotations; a list that was asked for and answered. */
export const plain = { icons: [], annotations: { audience: [], lastModified: '' } };
export const offer: core.Offer = {
  declared: true,
  subscribe: true,
  listChanged: true,
  asked: true,
  served: true,
  text: '',
};
