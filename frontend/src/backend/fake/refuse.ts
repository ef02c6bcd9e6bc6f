import { AppError } from '../error';

/** A call that the program turns down. */
export function refuse(message: string, kind = 'input'): Promise<never> {
  return Promise.reject(new AppError({ kind, message }));
}
