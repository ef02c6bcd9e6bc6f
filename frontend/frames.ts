import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

const entry = fileURLToPath(new URL('src/frames/pdf/main.ts', import.meta.url));

/** An import of `file?base64` is the file's bytes, as a text. */
function base64(): Plugin {
  const mark = '?base64';
  return {
    name: 'base64',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!id.endsWith(mark)) return null;
      const found = await this.resolve(id.slice(0, -mark.length), importer, { skipSelf: true });
      return found && `\0${found.id}${mark}`;
    },
    load: (id) =>
      id.startsWith('\0') && id.endsWith(mark)
        ? `export default '${readFileSync(id.slice(1, -mark.length)).toString('base64')}'`
        : null,
  };
}

/**
 * Builds what runs in the sandbox into one classic script each, with its threads in it: a page without origin can load
 * nothing (app/sandbox). The program hands it to the frame; the window's page never does. `watch` sees what is in it.
 */
export function frames(watch: () => Plugin): Plugin {
  return {
    name: 'frames',
    apply: 'build',
    async generateBundle() {
      const built = (await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        plugins: [base64(), watch()],
        build: {
          write: false,
          target: ['es2022', 'safari16.4'],
          chunkSizeWarningLimit: 4000,
          lib: { entry, formats: ['iife'], name: 'viewer', fileName: () => 'pdf.js' },
        },
        worker: { format: 'iife', plugins: () => [watch()] },
      })) as Rolldown.RolldownOutput[];
      const source = built[0]?.output[0].code ?? '';
      // It stands in a page between <script> and </script>.
      this.emitFile({
        type: 'asset',
        fileName: 'frames/pdf.js',
        source: source.replace(/<(?=\/script|!--)/gi, '\\x3C'),
      });
    },
  };
}
