/** Shortcuts, written "Mod+Shift+K": Mod is the command key on a Mac and Ctrl elsewhere. */

const mac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform);
const macNames: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥', Ctrl: '⌃', Enter: '↩' };
const otherNames: Record<string, string> = { Mod: 'Ctrl' };
const both: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

/** The keys of a shortcut as they are named on this machine. */
export function keyParts(keys: string, onMac = mac): string[] {
  return keys.split('+').map((key) => (onMac ? macNames : otherNames)[key] ?? both[key] ?? key);
}

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Whether a key event is that shortcut, and nothing more is held down. */
export function isKey(event: Pressed, keys: string, onMac = mac): boolean {
  const parts = keys.split('+');
  const last = parts.at(-1) ?? '';
  const mod = parts.includes('Mod');
  if (event.ctrlKey !== (parts.includes('Ctrl') || (mod && !onMac))) return false;
  if (event.metaKey !== (mod && onMac)) return false;
  if (event.altKey !== parts.includes('Alt')) return false;
  // "?" and the like need Shift on some layouts and not on others.
  if (/^[a-z0-9]$|^\w\w+$/i.test(last) && event.shiftKey !== parts.includes('Shift')) return false;
  if (event.key.toLowerCase() === last.toLowerCase()) return true;
  // Alt and other layouts change what a key writes, not where it is.
  return /^[A-Z]$/i.test(last) ? event.code === `Key${last.toUpperCase()}` && !/^[a-z]$/i.test(event.key) : false;
}
