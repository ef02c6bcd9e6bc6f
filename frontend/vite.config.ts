import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { frames } from './frames.ts';
import { licences } from './licences.ts';
import { pack } from './pack.ts';

/** What the page may load. Only the built page has it: the development server needs a socket and inline styles. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  'media-src data: blob:',
  "connect-src 'self'",
  // What servers send is shown from an origin of its own, whose port is drawn anew in each run: the header that the
  // program adds names it (app/webview/policy.go), and both policies hold.
  'frame-src http://127.0.0.1:*',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string): string => local(`src/${path}`);
/** What gets a file of its own with all that it needs and no earlier one has, in this order. */
const parts = [
  { name: 'start', entry: source('main.ts') },
  { name: 'connected', entry: source('views/connected.ts') },
];

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
    ],
  };
}

type ModuleGraph = { getModuleInfo(id: string): { isEntry: boolean; importedIds: readonly string[] } | null };

/**
 * Puts all that a part needs into one file. What others share with it would else become files of their own, and each
 * part would wait for several.
 */
function inOneFile(): {
  name: (id: string, graph: ModuleGraph) => string | null;
  priority: number;
  debugName: string;
}[] {
  const owner = new Map<string, string>();
  const take = (id: string, name: string, graph: ModuleGraph): void => {
    if (owner.has(id)) return;
    owner.set(id, name);
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) take(next, name, graph);
  };
  return parts.map(({ name }, i) => ({
    name: (id, graph) => {
      if (owner.size === 0) for (const part of parts) take(part.entry, part.name, graph);
      return owner.get(id) === name ? name : null;
    },
    priority: parts.length - i, // what the start needs is never looked for in a later part
    debugName: name,
  }));
}

const { watch, write } = licences(local('dist'));

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [
    svelte(),
    contentSecurityPolicy(),
    ...(mode === 'fake' ? [] : [watch(), frames(watch), write(), pack(local('dist'), local('packed'))]),
  ],
  // The DOM build of Svelte, not the server's one.
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    outDir: mode === 'fake' ? 'node_modules/.fake' : 'dist',
    emptyOutDir: true,
    target: ['es2022', 'safari15'],
    // A late part is awaited with nothing but its own file: a style sheet's load event was seen to stay away in WebKit.
    modulePreload: false,
    cssCodeSplit: false,
    // The twin is awaited by the start and needs parts of it: in one file each would wait for the other.
    rolldownOptions: mode === 'fake' ? {} : { output: { codeSplitting: { groups: inOneFile() } } },
    // One picture or font inlined costs nothing here: everything is read from the program itself.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test/setup.ts'],
    // Longer than what src/test/setup.ts lets a wait take.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // Left to itself it takes one core less than there are: on two that is one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
}));
