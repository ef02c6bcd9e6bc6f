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

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
    ],
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
    modulePreload: { polyfill: false },
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
