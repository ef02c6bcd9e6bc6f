/** The time, for what counts up on screen. It ticks only while `running` says that something does. */
export class Ticker {
  now = $state(Date.now() * 1000);

  /** To be called in an $effect: starts the ticking, returns the end of it. `every` in milliseconds. */
  run(every = 100): () => void {
    this.now = Date.now() * 1000;
    const timer = setInterval(() => (this.now = Date.now() * 1000), every);
    return () => clearInterval(timer);
  }
}
