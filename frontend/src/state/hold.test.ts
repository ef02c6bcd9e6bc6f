import { expect, test, vi } from 'vitest';
import { Hold } from './hold';

test('waiters go on after the last hold ended and a frame was painted', async () => {
  vi.useFakeTimers();
  try {
    const hold = new Hold();
    const one = hold.take(1000);
    hold.take(120);
    let free = false;
    void hold.free().then(() => (free = true));
    await vi.advanceTimersByTimeAsync(400);
    expect(hold.held).toBe(true);
    expect(free).toBe(false);
    one();
    one();
    expect(hold.held).toBe(false);
    expect(free).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(free).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('calls in quick succession do not keep a waiter for ever', async () => {
  vi.useFakeTimers();
  try {
    const hold = new Hold();
    let free = false;
    hold.take(20);
    void hold.free().then(() => (free = true));
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(30);
      hold.take(40);
    }
    expect(free).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
