/** For looking at both themes in a plain browser: ?theme=dark or ?theme=light in the address overrules the system. */
export function themeFromAddress(): void {
  const theme = new URLSearchParams(location.search).get('theme');
  if (!theme) return;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-color-scheme')) {
        rule.media.mediaText = theme === 'dark' ? 'all' : 'not all';
      }
    }
  }
}
