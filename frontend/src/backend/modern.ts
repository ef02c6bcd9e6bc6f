import type { core } from '../../wailsjs/go/models';

/** What the window asks about the rounds of calls, what is mirrored in headers, and the streams of modern connections. */
export interface ModernBackend {
  /** The requests of a call with their answers, and the round that waits to be sent by hand. */
  rounds(id: string, call: string, signal?: AbortSignal): Promise<core.CallRounds>;
  sendRound(retry: core.HandRetry): Promise<void>;
  /** In which headers a tool's call would repeat a part of itself; nothing is sent. */
  mirror(input: core.RunInput): Promise<core.Mirrors>;

  /** The subscriptions/listen streams; Connection.watchRev says when to ask again. */
  streams(id: string, signal?: AbortSignal): Promise<core.Streams>;
  /** Opens a further stream and waits for its acknowledgement; answers with its name. */
  openStream(input: core.StreamInput): Promise<string>;
  closeStream(id: string, name: string): Promise<void>;
  /** Tries at once to open a stream again. */
  reopenStream(id: string, name: string): Promise<void>;
}
