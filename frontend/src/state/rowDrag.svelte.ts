/** Where a dragged server would land: before one, or after the last of a group. */
export interface DropTarget {
  group: string;
  before?: string;
  after?: string;
}

/** Pixels the pointer moves before a press becomes a drag. */
const slack = 5;

/** A drag of a row of the rail by pointer. Rows are marked with data-server, their lists with data-group. */
export class RowDrag {
  readonly #drop: (id: string, target: DropTarget) => void;
  /** The server being dragged. */
  id = $state('');
  target = $state.raw<DropTarget | null>(null);

  constructor(drop: (id: string, target: DropTarget) => void) {
    this.#drop = drop;
  }

  /** To be called on pointerdown of a row. */
  press(id: string, event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const from = { x: event.clientX, y: event.clientY };
    const move = (e: PointerEvent): void => {
      if (!this.id && Math.hypot(e.clientX - from.x, e.clientY - from.y) < slack) return;
      this.id = id;
      this.target = targetAt(e.clientX, e.clientY, id);
    };
    const end = (e: Event): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
      removeEventListener('keydown', escape, true);
      const { target } = this;
      const dragged = this.id !== '';
      this.id = '';
      this.target = null;
      if (dragged) swallowClick();
      if (dragged && e.type === 'pointerup' && target) this.#drop(id, target);
    };
    const escape = (e: KeyboardEvent): void => {
      if (e.key !== 'Escape') return;
      this.target = null;
      end(e);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
    addEventListener('keydown', escape, true);
  }
}

/** The release of a drag over the row it began at would count as a click on it. */
function swallowClick(): void {
  const swallow = (e: Event): void => e.stopPropagation();
  addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0);
}

function targetAt(x: number, y: number, id: string): DropTarget | null {
  const row = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-server]');
  const list = row?.closest<HTMLElement>('[data-group]');
  const over = row?.dataset.server;
  if (!row || !list || over === undefined || over === id) return null;
  const group = list.dataset.group ?? '';
  const box = row.getBoundingClientRect();
  if (y < box.top + box.height / 2) return { group, before: over };
  const next = row.nextElementSibling instanceof HTMLElement ? row.nextElementSibling.dataset.server : undefined;
  return next === undefined ? { group, after: over } : { group, before: next };
}
