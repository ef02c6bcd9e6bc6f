/**
 * Runs a pull for each event, one at a time: what comes while one runs makes one more, never two. Applying a pull
 * twice changes nothing, so more than needed does no harm.
 */
export function puller(pull: () => Promise<void>): () => Promise<void> {
  const asked = { running: undefined as Promise<void> | undefined, again: false };

  function takeAgain(): boolean {
    const { again } = asked;
    asked.again = false;
    return again;
  }

  async function run(): Promise<void> {
    try {
      await pull();
    } finally {
      asked.running = undefined;
    }
    if (!takeAgain()) return;
    asked.running = run();
    await asked.running;
  }

  return () => {
    if (asked.running) asked.again = true;
    return (asked.running ??= run());
  };
}
