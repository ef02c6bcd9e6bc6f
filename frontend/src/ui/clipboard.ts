/** How text is copied: set once when the window starts, so that ui/ needs to know nothing of the program. */
let write: (text: string) => Promise<void> = (text) => navigator.clipboard.writeText(text);

export function setClipboard(copy: (text: string) => Promise<void>): void {
  write = copy;
}

export function copyText(text: string): Promise<void> {
  return write(text);
}
