/** The places one can jump to by typing, and which of them a query finds. */

/** A server, a tool of one, or a place of the window, named by `server`. */
export interface Place {
  kind: 'server' | 'tool' | 'place';
  server: string;
  /** Place in the list of tools; -1 for a server. */
  tool: number;
  name: string;
  /** What stands beside the name. */
  about: string;
}

/** Places listed at most: more is for typing on, not for reading. */
export const maxPlaces = 50;

/** The places that hold every word of the query, those whose name begins with it first, otherwise in order. */
export function findPlaces(places: readonly Place[], query: string): Place[] {
  const whole = query.trim().toLowerCase();
  const words = whole.split(/\s+/).filter((word) => word !== '');
  const ranked: Place[][] = [[], [], []];
  for (const place of places) {
    const name = place.name.toLowerCase();
    const about = place.about.toLowerCase();
    if (!words.every((word) => name.includes(word) || about.includes(word))) continue;
    const rank = name.startsWith(whole) ? 0 : words.every((word) => name.includes(word)) ? 1 : 2;
    ranked[rank]?.push(place);
  }
  return ranked.flat().slice(0, maxPlaces);
}
