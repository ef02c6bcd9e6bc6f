import type { Backend, core } from '../backend';

export type IconSource = Pick<Backend, 'icon'> & { faultOf: (error: unknown) => core.Error };

/** What is known of one icon. */
export interface ItemIcon {
  /** Of an <img>, which runs no scripts; empty: not shown. */
  readonly url: string;
  /** Why it is not shown, for a tooltip. */
  readonly problem: string;
}

const unknown: ItemIcon = { url: '', problem: '' };
/** Milliseconds after which an icon that could not be had is asked for again. */
const again = 30_000;
/** Icons kept in the page; the oldest leave. */
const most = 2000;

interface Held {
  icon: ItemIcon;
  at: number;
}

/** The pictures that servers name for themselves and their items, fetched when they are first shown. */
export class ItemIcons {
  readonly #source: IconSource;
  readonly #held = new Map<string, Held>();
  #rev = $state(0);

  constructor(source: IconSource) {
    this.#source = source;
  }

  /** What is known of an icon; `src` tells it from the one that stood in its place before. */
  get(place: core.IconInput, src: string): ItemIcon {
    void this.#rev;
    return this.#held.get(keyOf(place, src))?.icon ?? unknown;
  }

  /** Asks for an icon, once. */
  load(place: core.IconInput, src: string): void {
    const key = keyOf(place, src);
    const held = this.#held.get(key);
    if (held && (held.icon.url || !held.icon.problem || Date.now() - held.at < again)) return;
    const own: Held = { icon: unknown, at: Date.now() };
    this.#held.set(key, own);
    for (const old of this.#held.keys()) {
      if (this.#held.size <= most) break;
      this.#held.delete(old);
    }
    const took = (icon: ItemIcon): void => {
      own.icon = icon;
      this.#rev++;
    };
    this.#source.icon(place).then(
      (image) =>
        took(
          image.data
            ? { url: `data:${image.type};base64,${image.data}`, problem: '' }
            : { url: '', problem: image.problem },
        ),
      (error: unknown) => took({ url: '', problem: this.#source.faultOf(error).message }),
    );
  }
}

function keyOf(place: core.IconInput, src: string): string {
  return [place.profile, place.of, place.index, place.icon, src].join('\n');
}
