/** Entries kept for one exchange: an event stream may carry any number. */
const perExchange = 50;

/** Which entries each HTTP exchange carried, the first of them when there are many. */
export class Carried {
  readonly #seqs = new Map<number, number[]>();

  note(exchange: number, seq: number): void {
    const seqs = this.#seqs.get(exchange);
    if (!seqs) this.#seqs.set(exchange, [seq]);
    else if (seqs.length < perExchange && !seqs.includes(seq)) seqs.push(seq);
  }

  of(exchange: number): readonly number[] {
    return this.#seqs.get(exchange) ?? [];
  }

  forget(exchange: number): void {
    this.#seqs.delete(exchange);
  }

  clear(): void {
    this.#seqs.clear();
  }
}
