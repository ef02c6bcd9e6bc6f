import type { core } from '../../wailsjs/go/models';

const none: core.Error = {
  server: '',
  kind: 'internal',
  step: '',
  message: '',
  hint: '',
  detail: '',
  status: 0,
  headers: [],
  rpcCode: 0,
  rpc: '',
  entries: [],
  fingerprint: '',
};

/** What every call to the backend rejects with: the core.Error that Go wrote, or one made here in the same shape. */
export class AppError extends Error {
  readonly fault: core.Error;

  constructor(fault: Partial<core.Error> & { message: string }) {
    super(fault.message);
    this.name = 'AppError';
    this.fault = { ...none, ...fault };
  }

  get kind(): string {
    return this.fault.kind;
  }

  get hint(): string {
    return this.fault.hint;
  }

  /** Reads whatever was thrown: the JSON of a core.Error, an Error, or anything else. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const text =
      thrown instanceof Error ? thrown.message : typeof thrown === 'string' ? thrown : JSON.stringify(thrown);
    const read = readFault(text);
    return new AppError(read ?? { message: text || 'something went wrong, without a message' });
  }
}

function readFault(text: string): (Partial<core.Error> & { message: string }) | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const fault = value as Partial<core.Error>;
    if (typeof fault.message !== 'string') return undefined;
    // Go writes nil slices as null.
    return { ...fault, message: fault.message, headers: fault.headers ?? [], entries: fault.entries ?? [] };
  } catch {
    return undefined;
  }
}
