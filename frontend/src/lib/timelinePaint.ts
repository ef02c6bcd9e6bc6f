/** Draws the timeline on a canvas. What is drawn comes in buckets, or as single spans when they are few. */
import { ticks, xOf, type TimeWindow } from './timeScale';

/** One line of the timeline: its buckets that hold anything, as columns of equal length. */
export interface Lane {
  readonly conn: string;
  readonly lane: string;
  /** Numbers of the buckets, rising; entries that began in each, and how many of them failed. */
  readonly at: readonly number[];
  readonly n: readonly number[];
  readonly errors: readonly number[];
  /** Of them, rows of the table; empty: all. */
  readonly hits: readonly number[];
}

/** One entry on the timeline; times in microseconds. */
export interface Span {
  readonly seq: number;
  readonly conn: string;
  readonly lane: string;
  readonly time: number;
  readonly took: number;
  /** It goes on. */
  readonly open: boolean;
  readonly failed: boolean;
  /** It is a row of the table. */
  readonly row: boolean;
  readonly kind: string;
  readonly method: string;
  readonly name: string;
  readonly status: number;
  readonly phases?: Readonly<Record<(typeof phases)[number][0], number>>;
}

/** Height of a lane and of the axis, in CSS pixels. */
export const laneHeight = 24;
export const axisHeight = 22;

/** The colours, read from the tokens. */
export interface Ink {
  readonly bg: string;
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly bar: string;
  readonly out: string;
  readonly in: string;
  readonly err: string;
  readonly accent: string;
  readonly soft: string;
  readonly font: string;
}

export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    bg: token('--bg'),
    raised: token('--bg-raised'),
    line: token('--border'),
    text: token('--fg'),
    faint: token('--fg-muted'),
    bar: token('--border-strong'),
    out: token('--out'),
    in: token('--in'),
    err: token('--err'),
    accent: token('--accent'),
    soft: token('--accent-soft'),
    font: `11px ${style.fontFamily}`,
  };
}

/** Makes a canvas as sharp as the screen, and returns its context in CSS pixels. */
export function sharpen(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = globalThis.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Height of a bar for a count, so that one is seen beside thousands. */
export function barHeight(count: number, most: number, room: number): number {
  if (count <= 0) return 0;
  return Math.max(2, Math.round((Math.log1p(count) / Math.log1p(Math.max(most, 1))) * room));
}

/** What the buckets stand for: where the first begins and how long each is, in microseconds. */
export interface Buckets {
  readonly from: number;
  readonly step: number;
}

/** All lanes together: entries and errors by bucket. */
export function sumLanes(lanes: readonly Lane[]): Map<number, { n: number; errors: number }> {
  const out = new Map<number, { n: number; errors: number }>();
  for (const lane of lanes)
    lane.at.forEach((at, i) => {
      const sum = out.get(at) ?? { n: 0, errors: 0 };
      out.set(at, { n: sum.n + (lane.n[i] ?? 0), errors: sum.errors + (lane.errors[i] ?? 0) });
    });
  return out;
}

/** Draws a bar for a bucket, the part that failed in red at its foot. */
function bar(
  context: CanvasRenderingContext2D,
  ink: { bar: string; err: string },
  place: { x: number; width: number; foot: number; room: number },
  figures: { n: number; errors: number; most: number },
): void {
  const height = barHeight(figures.n, figures.most, place.room);
  if (height === 0) return;
  context.fillStyle = ink.bar;
  context.fillRect(place.x, place.foot - height, place.width, height);
  const bad = Math.min(height, barHeight(figures.errors, figures.most, place.room));
  if (bad === 0) return;
  context.fillStyle = ink.err;
  context.fillRect(place.x, place.foot - bad, place.width, bad);
}

/** Width of a bucket on the axis: thin gaps between broad ones, never nothing. */
function bucketWidth(step: number, window: TimeWindow, width: number): number {
  const w = (step / (window.to - window.from)) * width;
  return Math.max(1, w > 3 ? w - 0.5 : w);
}

/** Draws the thin strip: how much crossed the wire when, errors in red, and the part that is looked at. */
export function paintStrip(
  context: CanvasRenderingContext2D,
  ink: Ink,
  size: { width: number; height: number },
  lanes: readonly Lane[],
  buckets: Buckets,
  whole: TimeWindow,
  chosen: TimeWindow | undefined,
): void {
  const { width, height } = size;
  context.clearRect(0, 0, width, height);
  if (chosen) {
    const from = Math.max(0, xOf(chosen.from, whole, width));
    context.fillStyle = ink.soft;
    context.fillRect(from, 0, Math.max(2, Math.min(width, xOf(chosen.to, whole, width)) - from), height);
  }
  const sums = sumLanes(lanes);
  let most = 1;
  for (const { n } of sums.values()) most = Math.max(most, n);
  const wide = bucketWidth(buckets.step, whole, width);
  for (const [at, { n, errors }] of sums) {
    const x = xOf(buckets.from + at * buckets.step, whole, width);
    bar(context, ink, { x, width: wide, foot: height, room: height - 2 }, { n, errors, most });
  }
}

export interface Drawing {
  readonly lanes: readonly Lane[];
  readonly buckets: Buckets;
  /** Empty: the buckets are drawn. */
  readonly spans: readonly Span[];
  readonly window: TimeWindow;
  /** Where the keyboard stands, and what is being brushed. */
  readonly lane: number;
  readonly cursor: number | undefined;
  readonly brush: TimeWindow | undefined;
  readonly selected: number | undefined;
}

/** Draws axis, lanes and what is in them. */
export function paintLanes(
  context: CanvasRenderingContext2D,
  ink: Ink,
  size: { width: number; height: number },
  drawing: Drawing,
): void {
  const { width, height } = size;
  const { lanes, spans, window } = drawing;
  context.clearRect(0, 0, width, height);
  context.font = ink.font;
  context.textBaseline = 'middle';
  context.strokeStyle = ink.line;
  context.fillStyle = ink.faint;
  for (const { time, label } of ticks(window, width)) {
    const x = Math.round(xOf(time, window, width)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.fillText(label, x + 4, axisHeight / 2);
  }
  if (drawing.brush) {
    const from = xOf(drawing.brush.from, window, width);
    context.fillStyle = ink.soft;
    context.fillRect(from, axisHeight, Math.max(1, xOf(drawing.brush.to, window, width) - from), height - axisHeight);
  }
  lanes.forEach((lane, index) => {
    const top = axisHeight + index * laneHeight;
    if (index === drawing.lane) {
      context.fillStyle = ink.raised;
      context.globalAlpha = 0.5;
      context.fillRect(0, top, width, laneHeight);
      context.globalAlpha = 1;
    }
    context.strokeStyle = ink.line;
    context.beginPath();
    context.moveTo(0, top + laneHeight - 0.5);
    context.lineTo(width, top + laneHeight - 0.5);
    context.stroke();
    if (spans.length === 0) paintBuckets(context, ink, lane, top, drawing, width);
  });
  const places = lanePlaces(lanes);
  for (const span of spans) paintSpan(context, ink, span, drawing, places.get(laneKey(span)), width);
  if (drawing.cursor !== undefined) {
    const x = Math.round(xOf(drawing.cursor, window, width)) + 0.5;
    context.strokeStyle = ink.accent;
    context.beginPath();
    context.moveTo(x, axisHeight);
    context.lineTo(x, height);
    context.stroke();
  }
}

/** Names a lane of a connection. */
export const laneKey = (of: { conn: string; lane: string }): string => `${of.lane} ${of.conn}`;

/** Positions of lanes by their key. */
export function lanePlaces(lanes: readonly Lane[]): Map<string, number> {
  return new Map(lanes.map((lane, index) => [laneKey(lane), index]));
}

function paintBuckets(
  context: CanvasRenderingContext2D,
  ink: Ink,
  lane: Lane,
  top: number,
  { buckets, window }: Drawing,
  width: number,
): void {
  let most = 1;
  for (const n of lane.n) most = Math.max(most, n);
  const wide = bucketWidth(buckets.step, window, width);
  const colours = { bar: laneInk(ink, lane.lane), err: ink.err };
  lane.at.forEach((at, i) => {
    const x = xOf(buckets.from + at * buckets.step, window, width);
    // What the filter hides is drawn faintly.
    context.globalAlpha = lane.hits.length > 0 && !lane.hits[i] ? 0.25 : 1;
    bar(
      context,
      colours,
      { x, width: wide, foot: top + laneHeight - 3, room: laneHeight - 6 },
      { n: lane.n[i] ?? 0, errors: lane.errors[i] ?? 0, most },
    );
  });
  context.globalAlpha = 1;
}

/** The phases of an exchange, in the order they happen, and how strongly each is drawn. */
const phases = [
  ['dns', 0.35],
  ['connect', 0.5],
  ['tls', 0.65],
  ['wait', 0.8],
  ['transfer', 1],
] as const;

/** What a span says of itself. */
export function spanLabel(span: Span): string {
  const status = span.status > 0 ? String(span.status) : '';
  return [span.method || span.kind, span.name, status].filter(Boolean).join(' ');
}

/** When a span ends; one that goes on, at the end of what is shown. */
export const spanEnd = (span: Span, window: TimeWindow): number => (span.open ? window.to : span.time + span.took);

function paintSpan(
  context: CanvasRenderingContext2D,
  ink: Ink,
  span: Span,
  drawing: Drawing,
  place: number | undefined,
  width: number,
): void {
  if (place === undefined) return;
  const top = axisHeight + place * laneHeight + 4;
  const tall = laneHeight - 9;
  const left = xOf(span.time, drawing.window, width);
  const long = Math.max(3, xOf(spanEnd(span, drawing.window), drawing.window, width) - left);
  if (left > width || left + long < 0) return;
  const faint = span.row ? 1 : 0.3;
  context.globalAlpha = faint * (span.open ? 0.5 : 1);
  context.fillStyle = span.failed ? ink.err : laneInk(ink, span.lane);
  if (span.phases) {
    let from = span.time;
    for (const [name, strength] of phases) {
      const x = xOf(from, drawing.window, width);
      from += span.phases[name];
      context.globalAlpha = faint * strength;
      const end = xOf(from, drawing.window, width);
      if (end > x) context.fillRect(x, top, Math.max(0.5, end - x), tall);
    }
    // What no phase accounts for: waiting for a connection, sending.
    context.globalAlpha = faint * 0.25;
    const end = xOf(from, drawing.window, width);
    context.fillRect(end, top, Math.max(0, left + long - end), tall);
  } else {
    context.fillRect(left, top, long, tall);
  }
  context.globalAlpha = 1;
  if (span.seq === drawing.selected) {
    context.strokeStyle = ink.text;
    context.lineWidth = 2;
    context.strokeRect(left - 1.5, top - 1.5, long + 3, tall + 3);
    context.lineWidth = 1;
  }
  if (long > 60 && !span.phases && span.row && !span.open) {
    context.save();
    context.beginPath();
    context.rect(Math.max(0, left), top, Math.max(0, long - 4), tall);
    context.clip();
    context.fillStyle = ink.bg;
    context.fillText(spanLabel(span), Math.max(4, left + 4), top + tall / 2 + 0.5);
    context.restore();
  }
}

function laneInk(ink: Ink, kind: string): string {
  switch (kind) {
    case 'client':
      return ink.out;
    case 'server':
    case 'notifications':
      return ink.in;
    case 'http':
    case 'signin':
      return ink.accent;
  }
  return ink.faint;
}
