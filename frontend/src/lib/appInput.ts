/** Arguments as they grow while a model writes them: each piece holds one member more, a text at first half of it. */
export function pieces(args: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const out: Record<string, unknown>[] = [];
  let sofar: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(args)) {
    if (typeof value === 'string' && value.length > 1)
      out.push({ ...sofar, [name]: value.slice(0, Math.ceil(value.length / 2)) });
    sofar = { ...sofar, [name]: value };
    out.push(sofar);
  }
  return out.slice(0, maxPieces);
}

/** Pieces that are sent: more show nothing new. */
const maxPieces = 40;

/** A link an app wants opened: where it leads, or why it is not opened. */
export type AppLink = { ok: true; href: string; host: string; scheme: string } | { ok: false; why: string };

/** Longest link that is looked at, in characters. */
const maxLink = 8192;

/** Reads a link: http, https and mailto are opened, as in Go. The host is the true one, in ASCII. */
export function readLink(url: string): AppLink {
  if (url.length > maxLink) return { ok: false, why: `it is longer than ${maxLink} characters` };
  let link: URL;
  try {
    link = new URL(url);
  } catch {
    return { ok: false, why: 'it is no absolute URL' };
  }
  const scheme = link.protocol.slice(0, -1);
  if (scheme === 'mailto') return { ok: true, href: link.href, host: link.pathname, scheme };
  if (scheme !== 'https' && scheme !== 'http')
    return { ok: false, why: `its scheme is ${scheme}: only https, http and mailto are opened` };
  if (link.username || link.password) return { ok: false, why: 'it carries a user name' };
  return { ok: true, href: link.href, host: link.host, scheme };
}

/** Base64 of a text in UTF-8. */
export function base64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
