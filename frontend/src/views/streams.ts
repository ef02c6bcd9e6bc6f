/** The streams of modern connections: a late part of its own, since few look at it. */
import type { Views } from './connection/tabs';
import StreamsView from './streams/StreamsView.svelte';

export const views = { streams: StreamsView } satisfies Views;
