/** A piece of masked text: plain, or the placeholder that stands for a credential. */
export interface MaskedPiece {
  text: string;
  placeholder: boolean;
}

/** What app/wire puts in a credential's place: ‹token #3f2a›. */
const pattern = /‹[a-z]+ #[0-9a-f]{4,}›/g;

/** Cuts text into plain pieces and placeholders. The pieces together are the text. */
export function maskedPieces(text: string): MaskedPiece[] {
  const pieces: MaskedPiece[] = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index), placeholder: false });
    pieces.push({ text: found[0], placeholder: true });
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), placeholder: false });
  return pieces;
}

/** The placeholders in a text, each once, in order. */
export function placeholdersIn(text: string): string[] {
  return [...new Set(maskedPieces(text).flatMap((p) => (p.placeholder ? [p.text] : [])))];
}
