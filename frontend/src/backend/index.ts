/** The seam to the program. Nothing outside this folder imports the generated bindings. */
import type { Backend } from './backend';
import { wailsBackend } from './wails';

export type { Backend } from './backend';
export { AppError } from './error';
export type * from './captures';
export type { ListKind } from './inspect';
export type * from './types';
export type * from './traffic';

/** Whether this page was built or started without the program behind it: `vite dev` in a browser, `--mode fake`, tests. */
const alone = import.meta.env.MODE === 'fake' || (import.meta.env.DEV && !('go' in globalThis));

/** The program, or its in-memory twin, which the production build does not hold. */
export const backend: Backend = alone ? new (await import('./fake')).FakeBackend() : wailsBackend();
