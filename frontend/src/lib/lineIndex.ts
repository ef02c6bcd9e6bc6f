/**
 * Rows of a long text that arrives in pieces: cut at line feeds, and every `width` bytes where a line is longer, never
 * inside a UTF-8 character. Only offsets are kept, four bytes a row.
 */
export class LineIndex {
  private offsets = new Uint32Array(1024);
  private rows = 1;
  private fed = 0;

  /** `width` is the longest row in bytes, so that none is wider than as many columns. */
  constructor(readonly width: number) {}

  /** Rows known so far; the last one is still growing. */
  get count(): number {
    return this.fed === 0 ? 0 : this.rows;
  }

  /** Bytes seen. */
  get bytes(): number {
    return this.fed;
  }

  /** Takes the next piece. */
  feed(bytes: Uint8Array): void {
    let start = this.offsets[this.rows - 1] ?? 0;
    const base = this.fed;
    for (let i = 0; i < bytes.length; i++) {
      const at = base + i;
      const b = bytes[i] ?? 0;
      // A continuation byte (10xxxxxx) stays with its character; broken UTF-8 made of nothing else is cut anyway.
      if (at - start >= this.width && ((b & 0xc0) !== 0x80 || at - start >= this.width + 4)) start = this.push(at);
      if (b === 0x0a) start = this.push(at + 1);
    }
    this.fed += bytes.length;
  }

  /** The bytes of a row, [from, to), its line feed included. */
  row(index: number): { from: number; to: number } {
    const from = this.offsets[index] ?? 0;
    const to = index + 1 < this.rows ? (this.offsets[index + 1] ?? this.fed) : this.fed;
    return { from, to };
  }

  /** The row that holds a byte. */
  rowAt(byte: number): number {
    let low = 0;
    let high = this.rows - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if ((this.offsets[mid] ?? 0) <= byte) low = mid;
      else high = mid - 1;
    }
    return low;
  }

  private push(offset: number): number {
    if (this.rows === this.offsets.length) {
      const more = new Uint32Array(this.rows * 2);
      more.set(this.offsets);
      this.offsets = more;
    }
    this.offsets[this.rows++] = offset;
    return offset;
  }
}

/** Text for the eye: no line end, control characters as their pictures, which would else be nothing or do something. */
export function visible(text: string): string {
  const end = text.endsWith('\r\n') ? text.length - 2 : text.endsWith('\n') ? text.length - 1 : text.length;
  return (
    text
      .slice(0, end)
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]/g, (c) =>
        c === '\u007f' ? '␡' : String.fromCharCode(0x2400 + c.charCodeAt(0)),
      )
  );
}
