/**
 * Runs a pull for each event, one at a time: what comes while one runs makes one more, never two. Applying a pull
 * twice changes nothing, so more than needed does no harm.
 */
export function puller(pull: () => Promise<void>): () => Promise<void> {
  const asked = { running: undefined as Promise<void> | undefined, again: false };

  async function run(): Promise<void> {
    try {
      do {
        asked.again = false;
        await pull();
      } while (asked.again);
    } finally {
      asked.running = undefined;
    }
  }

  return () => {
    if (asked.running) asked.again = true;
    return (asked.running ??= run());
  };
}
