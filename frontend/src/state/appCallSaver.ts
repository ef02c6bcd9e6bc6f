/** The question where requests of the traffic are to be saved, over the program's one backend. */
import { AppError, backend } from '../backend';
import { CallSaver } from './callSaver.svelte';
import { lasting } from './lasting.svelte';

export const callSaver = lasting(() => new CallSaver(backend, (error) => AppError.from(error).fault));
