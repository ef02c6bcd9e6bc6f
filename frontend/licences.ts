import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rolldown } from 'vite';

const own = fileURLToPath(new URL('node_modules', import.meta.url));
/** The licences of the Go modules, which `make licences` writes. */
const modules = fileURLToPath(new URL('../build/licences/go.txt', import.meta.url));

/** Stands before and behind the names that a text is of: build/licences writes the same. */
const line = '='.repeat(80);
const isLicence = /^([a-z0-9]+-)?(licen[cs]es?|copying|notice|patents)([-._].*)?$/i;
const isSource = /\.(c|m)?(js|ts|json)$/i;

/** Folders of packages that put lines of their own into what is built. */
const builders: readonly [RegExp, string][] = [
  [/^\0?vite\//, 'vite'],
  [/^\0?rolldown/, 'rolldown'],
];

/**
 * Writes `licences.txt` into a folder: the licence texts of all that is built into the page and its frames, and those of
 * the Go modules. `watch` goes into every build whose output the program carries, `write` into the last one.
 */
export function licences(to: string): { watch: () => Plugin; write: () => Plugin } {
  /** Folders of what is carried: their texts are in them, or in one above, up to the package's. */
  const carried = new Set<string>();
  return {
    watch: () => ({
      name: 'licences-watch',
      generateBundle(_, bundle) {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk') for (const id of kept(file)) carried.add(folder(id));
      },
    }),
    write: () => ({
      name: 'licences',
      apply: 'build',
      closeBundle: {
        order: 'post',
        sequential: true,
        handler() {
          mkdirSync(to, { recursive: true });
          writeFileSync(join(to, 'licences.txt'), together(carried) + readFileSync(modules, 'utf8'));
        },
      },
    }),
  };
}

/** The modules of which something is left in a file, those of its workers too. */
function kept(chunk: Rolldown.OutputChunk): string[] {
  return Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []));
}

/** The folder of a module that is not ours, or ''. */
function folder(id: string): string {
  const builder = builders.find(([begins]) => begins.test(id));
  if (builder) return join(own, builder[1]);
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '');
  return path.includes('/node_modules/') ? dirname(path) : '';
}

/** The package that a folder is of: "name version", its licence by name, and where it begins. */
function packageOf(dir: string): { title: string; licence: string; root: string } {
  const inside = dir.slice(dir.lastIndexOf('/node_modules/') + '/node_modules/'.length).split('/');
  const name = inside.slice(0, inside[0]?.startsWith('@') ? 2 : 1).join('/');
  const root = dir.slice(0, dir.lastIndexOf('/node_modules/') + '/node_modules/'.length) + name;
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version?: string; license?: string };
  return { title: `${name} ${about.version ?? ''}`.trim(), licence: about.license ?? '', root };
}

function together(carried: ReadonlySet<string>): string {
  const names = new Map<string, Set<string>>();
  const bare = new Map<string, string>();
  const found = new Set<string>();
  for (const dir of carried) {
    if (dir === '') continue;
    const { title, licence, root } = packageOf(dir);
    bare.set(title, licence);
    for (const text of textsOf(dir, root)) {
      names.set(text, (names.get(text) ?? new Set()).add(title));
      found.add(title);
    }
  }
  for (const [title, licence] of bare) {
    if (found.has(title)) continue;
    if (licence === '') throw new Error(`${title} says nothing of its licence: leave it out, or add its text`);
    const text = `Licence: ${licence}. The package brings no text of it.`;
    names.set(text, (names.get(text) ?? new Set()).add(title));
  }
  if (names.size === 0) throw new Error('no package was seen: licences.txt would be wrong');
  return [...names]
    .map(([text, of]) => ({ of: [...of].sort().join('\n'), text }))
    .sort((a, b) => (a.of < b.of ? -1 : a.of > b.of ? 1 : a.text < b.text ? -1 : 1))
    .map(({ of, text }) => `${line}\n${of}\n${line}\n\n${text}\n\n`)
    .join('');
}

function textsOf(from: string, root: string): string[] {
  const out: string[] = [];
  for (let dir = from; dir.length >= root.length; dir = dirname(dir)) {
    for (const entry of readdirSync(dir, { withFileTypes: true }))
      if (entry.isFile() && isLicence.test(entry.name) && !isSource.test(entry.name))
        out.push(tidy(readFileSync(join(dir, entry.name), 'utf8')));
  }
  return out;
}

/** What Vite itself is built of stays out: its lines in the page are its own. */
const bundled = /^# Licenses of bundled dependencies$[^]*/m;

/** Texts that differ in their line ends alone become one. */
function tidy(text: string): string {
  return text
    .replace(bundled, '')
    .replace(/\r\n/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '');
}
