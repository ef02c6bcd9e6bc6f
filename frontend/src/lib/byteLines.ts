/** One line of a hex dump. */
export interface HexLine {
  offset: string;
  hex: string;
  text: string;
}

/** Line `index` of the hex dump of bytes, `width` of them a line: 8 or 16. */
export function hexLine(bytes: Uint8Array, index: number, width = 16): HexLine {
  const at = index * width;
  const part = bytes.subarray(at, at + width);
  const pairs = Array.from(part, (b) => b.toString(16).padStart(2, '0'));
  const left = pairs.slice(0, 8).join(' ').padEnd(23);
  const right = width > 8 ? `  ${pairs.slice(8).join(' ').padEnd(23)}` : '';
  const text = Array.from(part, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '·')).join('');
  return { offset: at.toString(16).padStart(8, '0'), hex: left + right, text };
}

/** One line of the text view: `number` counts the lines of the text, and is 0 where a long line goes on. */
export interface TextLine {
  number: number;
  text: string;
}

/** Cuts text into lines of at most `width` characters. Line ends are LF or CRLF; other controls stay in the text. */
export function textLines(text: string, width: number): TextLine[] {
  const lines: TextLine[] = [];
  const step = Math.max(1, width);
  let number = 0;
  for (const line of text.split('\n')) {
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
    lines.push({ number: ++number, text: whole.slice(0, step) });
    for (let at = step; at < whole.length; at += step) lines.push({ number: 0, text: whole.slice(at, at + step) });
  }
  return lines;
}

/** Bytes as text: UTF-8, what is none as U+FFFD. A character cut in two by the end of a range is left out. */
export function bytesAsText(bytes: Uint8Array, whole: boolean): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: !whole });
}

/** Whether bytes are better shown as hex: a NUL, or more than a tenth of the first KiB that is neither text nor space. */
export function looksBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 1024);
  if (head.includes(0)) return true;
  const text = bytesAsText(head, head.length === bytes.length);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const odd = text.match(/[\u0000-\u0008\u000e-\u001f\ufffd]/g)?.length ?? 0;
  return odd > text.length / 10;
}
