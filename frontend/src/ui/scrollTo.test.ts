import { expect, it } from 'vitest';
import { centre, scrollWithin } from './scrollTo';

const box = (element: HTMLElement, top: number, height: number): void => {
  element.getBoundingClientRect = () => new DOMRect(0, top, 100, height);
};

function frames(): { outer: HTMLElement; frame: HTMLElement; row: HTMLElement } {
  const div = (): HTMLElement => document.createElement('div');
  const all = { outer: div(), frame: div(), row: div() };
  const { outer, frame, row } = all;
  outer.style.overflowY = 'hidden';
  frame.style.overflowY = 'auto';
  frame.append(row);
  outer.append(frame);
  document.body.append(outer);
  box(frame, 100, 200);
  return all;
}

it('puts an element into the middle of what scrolls, and moves nothing further out', () => {
  const { outer, frame, row } = frames();
  box(row, 500, 20);
  centre(row);
  expect([frame.scrollTop, outer.scrollTop]).toEqual([310, 0]);
});

it('scrolls no further than it takes', () => {
  const { frame, row } = frames();
  box(row, 290, 30);
  scrollWithin(frame, row);
  expect(frame.scrollTop).toBe(20);
  box(row, 150, 30);
  scrollWithin(frame, row);
  expect(frame.scrollTop).toBe(20);
  box(row, 95, 30);
  scrollWithin(frame, row);
  expect(frame.scrollTop).toBe(15);
});
