import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Compresses every file of `from` into `to`, the folder that the program embeds (window.go, app/assets): a file `name`
 * becomes `name.gz`. What was there before goes, but for the file that keeps the folder in the repository.
 */
export function pack(from: string, to: string): Plugin {
  return {
    name: 'pack',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        mkdirSync(to, { recursive: true });
        for (const name of readdirSync(to)) if (name !== '.gitkeep') rmSync(join(to, name), { recursive: true });
        for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || entry.name === '.gitkeep') continue;
          const path = join(entry.parentPath, entry.name);
          const packed = join(to, `${path.slice(from.length + 1)}.gz`);
          mkdirSync(dirname(packed), { recursive: true });
          writeFileSync(packed, gzipSync(readFileSync(path), { level: 9 }));
        }
      },
    },
  };
}
