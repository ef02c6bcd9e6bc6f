import { AppError } from './error';

/** Milliseconds after which an answer that needs no one but the program is given up. A busy machine is no reason. */
export const plain = 30_000;
/** Milliseconds where the system may be asking the user for the keychain's password. */
export const keychain = 300_000;
/** For what waits for a person or a server as long as it takes. */
export const unlimited = 0;

/**
 * Settles as a call over the bridge does, and at the latest after `limit` milliseconds: a panic in a bound method, or
 * a bridge that lost the answer, would leave the promise open for ever. Rejections become AppErrors.
 */
export function settle<T>(doing: string, limit: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer =
      limit > 0
        ? setTimeout(() => {
            reject(
              new AppError({
                kind: 'timeout',
                step: doing,
                message: `${doing}: the program did not answer within ${limit / 1000} s`,
                hint: 'It may be busy: try again. If this repeats, restart Sightglass.',
              }),
            );
          }, limit)
        : undefined;
    answer.then(resolve, (thrown: unknown) => reject(AppError.from(thrown))).finally(() => clearTimeout(timer));
  });
}
