import { backend } from '../backend';

/**
 * Answers the program's question whether the page is there, while scripts of a server are shown: one that never yields
 * holds the page up, and the program then ends it. The returned function ends the answers.
 */
export function answerAlive(): () => void {
  // No answer is what tells: nobody is there to hear of a failure.
  return backend.on('alive', () => void backend.alive().catch(() => undefined));
}
