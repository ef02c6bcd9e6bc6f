import { AppError } from './error';

/** The licence texts of what the program carries: a file of the page, which its build writes (licences.ts). */
export async function readLicences(): Promise<string> {
  const answer = await fetch('licences.txt').catch((thrown: unknown) => Promise.reject(AppError.from(thrown)));
  if (!answer.ok) throw new AppError({ kind: 'internal', message: 'this build of the page carries no licence texts' });
  return answer.text();
}
