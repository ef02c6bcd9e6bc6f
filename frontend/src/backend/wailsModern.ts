import type { core } from '../../wailsjs/go/models';
import * as Streams from '../../wailsjs/go/app/Streams';
import * as Tools from '../../wailsjs/go/app/Tools';
import type { FetchApi } from './fetch';
import type { ModernBackend } from './modern';
import { plain, settle, unlimited } from './settle';

/** The part of the backend that is about rounds and streams, over the bridge. */
export function wailsModern(api: FetchApi): ModernBackend {
  return {
    rounds: (profile, text, signal) => api.json<core.CallRounds>('rounds', { profile, text }, signal),
    sendRound: (retry) => settle('send the round', plain, Tools.SendRound(retry)),
    mirror: (input) => settle('look at the headers', plain, Tools.Mirror(input)),
    streams: (profile, signal) => api.json<core.Streams>('streams', { profile }, signal),
    openStream: (input) => settle('open a stream', unlimited, Streams.Open(input)),
    closeStream: (profile, name) => settle('close a stream', plain, Streams.Close(profile, name)),
    reopenStream: (profile, name) => settle('open a stream again', plain, Streams.Reopen(profile, name)),
  };
}
