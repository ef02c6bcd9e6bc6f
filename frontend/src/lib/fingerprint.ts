/** A SHA-256 fingerprint in hex as other tools print it, for comparing: "9F:86:D0:…". */
export function fingerprintText(hex: string): string {
  return (hex.match(/.{1,2}/g) ?? []).join(':').toUpperCase();
}
