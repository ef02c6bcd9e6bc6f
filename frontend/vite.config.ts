import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What the page may load. Only the built page has it: the development server needs a socket and inline styles. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  'media-src data: blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const main = fileURLToPath(new URL('src/main.ts', import.meta.url));

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
 * Puts all that the start needs into one file. What late parts share with it would else become files of their own, and
 * the start would wait for each of them.
 */
function startInOneFile(): (id: string, graph: ModuleGraph) => string | null {
  const start = new Set<string>();
  const take = (id: string, graph: ModuleGraph): void => {
    if (start.has(id)) return;
    start.add(id);
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) take(next, graph);
  };
  return (id, graph) => {
    if (start.size === 0) take(main, graph);
    return start.has(id) ? 'start' : null;
  };
}

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte(), contentSecurityPolicy()],
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
    rolldownOptions:
      mode === 'fake'
        ? {}
        : { output: { codeSplitting: { groups: [{ name: startInOneFile(), debugName: 'start' }] } } },
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
  },
}));
