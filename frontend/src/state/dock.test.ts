import { expect, it } from 'vitest';
import { Dock, type DockStore } from './dock.svelte';

function store(text?: string): DockStore & { text: string | undefined } {
  return {
    text,
    getItem() {
      return this.text ?? null;
    },
    setItem(_key, value) {
      this.text = value;
    },
  };
}

it('remembers how the dock stood', () => {
  const kept = store();
  const dock = new Dock(kept);
  dock.toggleSide();
  dock.resize(512);
  dock.showDetail(true);
  dock.hide();
  const again = new Dock(kept);
  expect([again.side, again.size, again.detail, again.open, again.maximised]).toEqual([
    'right',
    512,
    true,
    false,
    false,
  ]);
  again.toggleSide();
  expect([again.side, again.size]).toEqual(['bottom', 280]);
});

it.each(['', 'no json', '[]', '7', '{"side":"left","height":"x","width":-4,"open":1}'])(
  'starts afresh from %j',
  (text) => {
    const dock = new Dock(store(text));
    expect([dock.side, dock.size, dock.open]).toEqual(['bottom', 280, true]);
  },
);

it('goes on when nothing can be stored', () => {
  const dock = new Dock({
    getItem: () => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('full');
    },
  });
  dock.resize(300);
  expect(dock.size).toBe(300);
});

it('comes out of hiding when it is maximised', () => {
  const dock = new Dock(store());
  dock.hide();
  dock.toggleMaximised();
  expect([dock.open, dock.maximised]).toEqual([true, true]);
  dock.toggle();
  expect([dock.open, dock.maximised]).toEqual([false, false]);
});
