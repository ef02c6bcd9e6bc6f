import { beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { lasting } from './lasting.svelte';
import { Timeline } from './timeline.svelte';
import { Traffic } from './traffic.svelte';

let backend: FakeBackend;
let traffic: Traffic;
let timeline: Timeline;

beforeEach(async () => {
  backend = new FakeBackend({ speed: 100 });
  traffic = lasting(() => new Traffic(backend));
  traffic.scope = 'all';
  traffic.start();
  await traffic.pull();
  timeline = lasting(() => new Timeline(backend, traffic));
  timeline.resize(600);
  await timeline.refresh();
});

describe('the timeline', () => {
  it('shows all there is with a margin', () => {
    expect(timeline.data?.lanes.length).toBeGreaterThan(1);
    expect(timeline.shown).toEqual(timeline.bounds);
    expect(timeline.bounds.from).toBeLessThan(timeline.data?.first ?? 0);
    expect(timeline.bounds.to).toBeGreaterThan(timeline.data?.last ?? Infinity);
  });

  it('zooms, pans, and goes back to all of it', () => {
    timeline.zoom(0.5);
    const near = timeline.shown;
    expect(near.to - near.from).toBeCloseTo((timeline.bounds.to - timeline.bounds.from) / 2, 0);
    timeline.pan(0.5);
    expect(timeline.shown.from).toBeGreaterThan(near.from);
    timeline.zoom(8);
    expect(timeline.window).toBeUndefined();
  });

  it('asks for the buckets of the window only', async () => {
    timeline.zoom(0.25);
    await timeline.refresh();
    expect(timeline.data?.from).toBe(Math.floor(timeline.shown.from));
    expect(timeline.data?.to).toBe(Math.ceil(timeline.shown.to));
    const all = timeline.data?.lanes.flatMap((lane) => lane.at) ?? [];
    for (const at of all) expect(at).toBeLessThanOrEqual(200);
  });

  it('filters the table by a part of the time', () => {
    traffic.text = 'method:ping';
    timeline.filter({ from: 1_000_000, to: 2_000_000 });
    expect(traffic.text).toBe('method:ping since:1970-01-01T00:00:01.000000Z until:1970-01-01T00:00:02.000000Z');
    expect(traffic.followTail).toBe(false);
    timeline.filter(undefined);
    expect(traffic.text).toBe('method:ping');
  });
});
