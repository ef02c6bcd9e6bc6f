/**
 * Runs a pull for each event, one at a time: what comes while one runs makes one more, never two. Applying a pull
 * twice changes nothing, so more than needed does no harm.
 */
export function puller(pull: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    try {
      do {
        again = false;
        await pull();
      } while (again);
    } finally {
      running = undefined;
    }
  };
  return () => {
    if (running) again = true;
    else running = run();
    return running ?? Promise.resolve();
  };
}
