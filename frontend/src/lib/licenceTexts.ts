/** A licence text and what it is of. */
export interface LicenceText {
  of: string[];
  text: string;
}

const heading = /^={80}\n([^=][^]*?)\n={80}\n/m;

/** Takes apart what frontend/licences.ts and build/licences write. */
export function licenceTexts(all: string): LicenceText[] {
  const [, ...parts] = all.replaceAll('\r\n', '\n').split(new RegExp(heading, 'gm'));
  const out: LicenceText[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2)
    out.push({ of: (parts[i] ?? '').split('\n'), text: (parts[i + 1] ?? '').trim() });
  return out;
}
