/** How a connection is spoken to, as far as a call has to know. */
export interface Speaks {
  readonly era: string;
  readonly transport: string;
  /** What we declare, JSON text. */
  readonly client: string;
}
