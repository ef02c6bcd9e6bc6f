/** The streams of each server, over the program's one backend. */
import { AppError, backend } from '../backend';
import { lasting } from './lasting.svelte';
import { Streams } from './streams.svelte';

const streams = new Map<string, Streams>();

/** The streams of a profile, the same object every time. */
export function streamsOf(profile: string): Streams {
  let own = streams.get(profile);
  if (!own) {
    own = lasting(
      () =>
        new Streams(
          {
            streams: (id) => backend.streams(id),
            openStream: (input) => backend.openStream(input),
            closeStream: (id, name) => backend.closeStream(id, name),
            reopenStream: (id, name) => backend.reopenStream(id, name),
            watchLists: (id, on) => backend.watchLists(id, on),
            faultOf: (error) => AppError.from(error).fault,
          },
          profile,
        ),
    );
    streams.set(profile, own);
  }
  return own;
}
