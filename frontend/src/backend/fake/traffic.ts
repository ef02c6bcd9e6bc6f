import type { app, core, wire } from '../../../wailsjs/go/models';
import type { Backend } from '../backend';
import type { CapturesBackend } from '../captures';
import type { FiguresBackend } from '../timeline';
import type { ViewInput, ViewsBackend } from '../traffic';
import type { BodyBytes, BodyPart } from '../types';
import type { FakeConnections } from './connections';
import type { FakeHub } from './hub';
import { FakeExports } from './exports';
import { FakeCaptures } from './captures';
import { statsOf, timelineOf } from './figures';
import { FakeFilters } from './filters';
import type { FakeLog } from './log';
import { FakeViews } from './rows';

/** What the twin recorded, as rows of views. */
export class FakeTraffic extends FakeExports implements ViewsBackend, CapturesBackend, FiguresBackend {
  readonly #log: FakeLog;
  readonly #views: FakeViews;
  readonly #filters: FakeFilters;
  /** The captures, to be put into any state. */
  readonly kept: FakeCaptures;

  constructor(hub: FakeHub, log: FakeLog, connections: FakeConnections) {
    super(hub, log, connections);
    this.#log = log;
    this.#views = new FakeViews(log, () => hub.emit('views'));
    this.#filters = new FakeFilters(() => hub.emit('filters'));
    this.kept = new FakeCaptures(() => hub.emit('captures'));
  }

  view(input: ViewInput): ReturnType<Backend['view']> {
    return Promise.resolve(this.#views.view(input));
  }

  rows(view: string, index: number, limit: number): ReturnType<Backend['rows']> {
    return new Promise((resolve) => resolve(this.#views.rows(view, index, limit)));
  }

  rowOf(view: string, seq: number): Promise<number> {
    return new Promise((resolve) => resolve(this.#views.rowOf(view, seq)));
  }

  entry(seq: number): ReturnType<Backend['entry']> {
    return new Promise((resolve) => resolve(this.#log.entry(seq)));
  }

  filterWords(_view: string, text: string, at: number): ReturnType<Backend['filterWords']> {
    return Promise.resolve(this.#views.words(text, at));
  }

  related(seq: number): ReturnType<Backend['related']> {
    return new Promise((resolve) => resolve({ entries: this.#log.related(seq), more: false }));
  }

  timeline(input: core.TimelineInput): Promise<core.Timeline> {
    return Promise.resolve(timelineOf(this.#rowsOf(input.view), input));
  }

  stats(input: core.StatsInput): Promise<core.Stats> {
    return Promise.resolve(statsOf(this.#rowsOf(input.view)));
  }

  #rowsOf(view: string): wire.Entry[] {
    const all: wire.Entry[] = [];
    for (;;) {
      const { entries } = this.#views.rows(view, all.length, 1000);
      if (entries.length === 0) return all;
      all.push(...entries);
    }
  }

  closeView(view: string): Promise<void> {
    this.#views.close(view);
    return Promise.resolve();
  }

  captures(): ReturnType<CapturesBackend['captures']> {
    return this.kept.captures();
  }

  renameCapture(id: string, name: string): Promise<void> {
    return this.kept.renameCapture(id, name);
  }

  commentCapture(id: string, comment: string): Promise<void> {
    return this.kept.commentCapture(id, comment);
  }

  pinCapture(id: string, pinned: boolean): Promise<void> {
    return this.kept.pinCapture(id, pinned);
  }

  deleteCaptures(ids: string[]): Promise<void> {
    return this.kept.deleteCaptures(ids);
  }

  undeleteCaptures(ids: string[]): Promise<void> {
    return this.kept.undeleteCaptures(ids);
  }

  limitCaptures(bytes: number): Promise<void> {
    return this.kept.limitCaptures(bytes);
  }

  openCaptureFile(): Promise<string[]> {
    return this.kept.openCaptureFile();
  }

  givenFile(): Promise<app.Given> {
    return this.kept.givenFile();
  }

  closeCaptureFile(id: string): Promise<void> {
    return this.kept.closeCaptureFile(id);
  }

  markEntry(seq: number, comment: string, pinned: boolean): Promise<void> {
    this.#views.mark({ seq, comment, pinned });
    return Promise.resolve();
  }

  savedFilters(): ReturnType<Backend['savedFilters']> {
    return Promise.resolve(this.#filters.list());
  }

  saveFilter(name: string, text: string): Promise<void> {
    return this.#filters.save(name, text);
  }

  renameFilter(from: string, to: string): Promise<void> {
    return this.#filters.rename(from, to);
  }

  deleteFilter(name: string): Promise<void> {
    return this.#filters.remove(name);
  }

  exchange(seq: number): ReturnType<Backend['exchange']> {
    return new Promise((resolve) => resolve(this.#log.exchange(seq)));
  }

  body(seq: number, part: BodyPart, offset: number, length: number): Promise<BodyBytes> {
    return Promise.resolve(this.#log.body(seq, part, offset, length));
  }

  reveal(): Promise<string> {
    return Promise.resolve('tok_4f8a1c');
  }

  clearTraffic(): Promise<void> {
    this.#log.clear();
    return Promise.resolve();
  }
}
