import { expect, test } from 'vitest';
import { linkTarget, maxMarkdown, readMarkdown, type MarkdownBlock } from './markdown';

/** A tree in a line, to compare. */
function outline(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(outline).join(' ');
  const { kind, ...rest } = value as { kind: string } & Record<string, unknown>;
  const held = Object.entries(rest).map(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !['head', 'rows', 'items'].includes(key)
      ? outline(inner)
      : `${key}=${JSON.stringify(inner)}`,
  );
  return `${kind}(${held.join(' ')})`;
}

test.each([
  ['# A *b*', 'heading(depth=1 text(text="A ") em(text(text="b")))'],
  ['a\n\nb', 'paragraph(text(text="a")) paragraph(text(text="b"))'],
  ['a  \nb', 'paragraph(text(text="a") break() text(text="b"))'],
  [
    '`<b>` **x** ~~y~~',
    'paragraph(code(text="<b>") text(text=" ") strong(text(text="x")) text(text=" ") del(text(text="y")))',
  ],
  ['```go\nfunc\n```', 'code(lang="go" text="func")'],
  ['> q', 'quote(paragraph(text(text="q")))'],
  ['---', 'rule()'],
  ['[t](https://x.org "T")', 'paragraph(link(href="https://x.org" text(text="t")))'],
  ['![alt](http://x.org/a.png)', 'paragraph(image(href="http://x.org/a.png" alt="alt"))'],
  ['a &lt; b &#39;&bogus; \\* c', 'paragraph(text(text="a < b \'&bogus; ") text(text="*") text(text=" c"))'],
  ['<script>x()</script>', 'html(text="<script>x()</script>")'],
  ['a <img src=x onerror=y> b', 'paragraph(text(text="a ") html(text="<img src=x onerror=y>") text(text=" b"))'],
])('reads %j', (text, want) => {
  expect(outline(readMarkdown(text))).toBe(want);
});

test('lists and tables', () => {
  const [list] = readMarkdown('3. a\n   - [x] b\n   - [ ] c\n4. d') ?? [];
  expect(list).toMatchObject({
    kind: 'list',
    ordered: true,
    start: 3,
    items: [{ checked: null, blocks: [{ kind: 'paragraph' }, { items: [{ checked: true }, { checked: false }] }] }, {}],
  });
  const [table] = readMarkdown('|a|b|\n|-|-|\n|1|2|') ?? [];
  expect(table).toMatchObject({
    kind: 'table',
    head: [[{ text: 'a' }], [{ text: 'b' }]],
    rows: [[[{ text: '1' }], [{ text: '2' }]]],
  });
});

function depthOf(all: readonly MarkdownBlock[]): number {
  return Math.max(0, ...all.map((b) => (b.kind === 'quote' ? 1 + depthOf(b.blocks) : 0)));
}

test('hostile texts end', () => {
  expect(depthOf(readMarkdown('>'.repeat(500) + ' x') ?? [])).toBeLessThanOrEqual(16);
  expect(readMarkdown('x'.repeat(maxMarkdown + 1))).toBeNull();
  const before = performance.now();
  for (const text of ['['.repeat(5000), '*a '.repeat(5000), '<'.repeat(5000), '`'.repeat(5000) + 'a'])
    readMarkdown(text);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test.each([
  ['https://example.org/a', { url: 'https://example.org/a', host: 'example.org' }],
  ['https://www.paypal.com@evil.example/', undefined],
  ['https://аpple.com/', { url: 'https://xn--pple-43d.com/', host: 'xn--pple-43d.com' }],
  ['mailto:a@b.c', { url: 'mailto:a@b.c', host: 'a@b.c' }],
  ['javascript:alert(1)', undefined],
  ['../other.md', undefined],
  ['file:///etc/passwd', undefined],
])('where %s leads', (href, want) => {
  expect(linkTarget(href)).toEqual(want);
});
