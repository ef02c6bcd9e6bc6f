/** The files that the program was started with, or that the system hands to it. */
import { mount, unmount } from 'svelte';
import { backend, type core } from '../backend';
import type { Captures } from '../state/captures.svelte';
import type { Dock } from '../state/dock.svelte';
import type { Traffic } from '../state/traffic.svelte';

/** Shows them in the traffic view, or what is wrong with them; the returned function ends it. */
export function followGiven(traffic: Traffic, captures: Captures, dock: Dock, source = backend): () => void {
  let last = Promise.resolve();
  const look = (): void => {
    last = last.then(async () => {
      for (let file = await source.givenFile(); file.name !== ''; file = await source.givenFile()) {
        if (file.err) {
          await refuse(file.name, file.err);
          continue;
        }
        await captures.pull(); // the table names what it shows
        traffic.openCaptures(file.ids);
        dock.maximised = true;
        dock.show();
      }
    });
    last = last.catch(() => undefined); // the program is ending
  };
  look();
  return source.on('given', look);
}

async function refuse(name: string, fault: core.Error): Promise<void> {
  const { default: RefusedFile } = await import('./captures/RefusedFile.svelte');
  const dialog = mount(RefusedFile, {
    target: document.body,
    props: { name, fault, onclose: () => void unmount(dialog) },
  });
}
