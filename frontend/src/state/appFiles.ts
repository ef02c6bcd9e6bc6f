import { base64 } from '../lib/appInput';

/** A file an app hands to the user. */
export interface AppFile {
  name: string;
  mime: string;
  /** Base64. */
  data: string;
  size: number;
}

/** Files of one download, and characters of all of them, at most. */
const maxFiles = 20;
const maxChars = 40 << 20;

interface Item {
  readonly type: string;
  readonly uri?: string;
  readonly name?: string;
  readonly resource?: Contents;
}

interface Contents {
  readonly uri?: string;
  readonly mimeType?: string | undefined;
  readonly text?: string;
  readonly blob?: string;
}

/** The files of ui/download-file: embedded ones as they are, linked ones are read from the server. */
export async function filesOf(items: readonly Item[], read: (uri: string) => Promise<unknown>): Promise<AppFile[]> {
  if (items.length > maxFiles) throw new Error(`it holds more than ${maxFiles} files`);
  const files: AppFile[] = [];
  for (const item of items) {
    const found =
      item.type === 'resource_link' && item.uri
        ? ((await read(item.uri)) as { contents?: Contents[] }).contents
        : item.resource && [item.resource];
    for (const one of found ?? []) files.push(fileOf(one, item.name));
  }
  if (files.length === 0) throw new Error('it holds no file');
  if (files.length > maxFiles) throw new Error(`it holds more than ${maxFiles} files`);
  if (files.reduce((sum, f) => sum + f.data.length, 0) > maxChars)
    throw new Error(`it is larger than ${maxChars >> 20} MiB`);
  return files;
}

function fileOf({ uri = '', mimeType = '', text, blob }: Contents, name = ''): AppFile {
  const data = blob ?? base64(text ?? '');
  const last = uri.split(/[/\\?#]/).findLast((part) => part !== '');
  return { name: name || last || 'download', mime: mimeType, data, size: Math.floor((data.length * 3) / 4) };
}
