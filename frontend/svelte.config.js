import { relative } from 'node:path';

/** Which file has a class: the hash is cut short, so two files could want the same one. */
const owners = new Map();

/**
 * The class of a file's styles. It stands in every rule and every element: four characters of its hash instead of the
 * usual fourteen make what is loaded at start smaller.
 * @param {{ hash: (input: string) => string; filename: string }} file
 */
function cssHash({ hash, filename }) {
  const name = relative(import.meta.dirname, filename);
  const short = `s${hash(name).slice(-4)}`;
  const owner = owners.get(short) ?? name;
  if (owner !== name)
    throw new Error(`the styles of ${owner} and ${name} have the same class: rename one of the files`);
  owners.set(short, name);
  return short;
}

/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: { runes: true, cssHash },
  vitePlugin: {
    dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? { runes: undefined } : undefined),
  },
};
