/** A cookie that a request carried or an answer set. */
export interface Cookie {
  name: string;
  /** A placeholder: values are masked before they are recorded. */
  value: string;
  /** Of one that is set: its attributes as they stand, "Path=/". */
  attributes: string[];
  set: boolean;
}

interface Field {
  name: string;
  value: string;
}

/** The cookies in header fields (RFC 6265 sections 4.1 and 4.2), in order. */
export function cookiesIn(request: readonly Field[], response: readonly Field[]): Cookie[] {
  const sent = request
    .filter(({ name }) => name.toLowerCase() === 'cookie')
    .flatMap(({ value }) => value.split(';').flatMap((pair) => cookie(pair, [], false)));
  const set = response
    .filter(({ name }) => name.toLowerCase() === 'set-cookie')
    .flatMap(({ value }) => {
      const [pair = '', ...attributes] = value.split(';');
      return cookie(pair, attributes.map((text) => text.trim()).filter(Boolean), true);
    });
  return [...sent, ...set];
}

function cookie(pair: string, attributes: string[], set: boolean): Cookie[] {
  const at = pair.indexOf('=');
  if (at < 0) return pair.trim() === '' ? [] : [{ name: '', value: pair.trim(), attributes, set }];
  return [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim(), attributes, set }];
}
