import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Forbids the files of a folder of src to import from others: the layers of DESIGN.md, section 2. */
const layer = (folder, ...no) => ({
  files: [`src/${folder}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: no.map((f) => ({ regex: `(^|/)${f}(/|$)`, message: `${folder} must not import ${f}` })) },
    ],
  },
});

export default ts.config(
  { ignores: ['dist', 'wailsjs', 'node_modules'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      // `void this.count` tells Svelte that something is read.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      'svelte/no-at-html-tags': 'error',
      // The house style: bulk data is $state.raw and replaced whole, so a plain Map or Set is right.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-useless-mustaches': 'off',
      // Controls of one family share their props.
      'svelte/no-unused-props': 'off',
      'svelte/require-each-key': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    // Assignments made for Svelte's binding look useless to the rule; types of components come from svelte-check.
    files: ['**/*.svelte'],
    rules: {
      'no-useless-assignment': 'off',
      // The last branch of an exhaustive {#if} names its case for the reader.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$derived', '$state'] }],
    },
  },
  { files: ['**/*.test.ts'], rules: { '@typescript-eslint/no-misused-spread': 'off' } },
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
  { files: ['*.js', '*.ts'], languageOptions: { globals: { ...globals.node } } },
  layer('lib', 'ui', 'state', 'backend', 'components', 'views', 'wailsjs'),
  layer('frames', 'ui', 'state', 'backend', 'components', 'views', 'wailsjs'),
  layer('ui', 'state', 'backend', 'components', 'views', 'wailsjs'),
  layer('state', 'ui', 'components', 'views', 'wailsjs'),
  layer('components', 'views', 'wailsjs'),
  layer('views', 'wailsjs'),
  layer('backend', 'ui', 'state', 'components', 'views'),
);
