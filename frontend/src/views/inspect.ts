/** The views that look at a connection itself, one late part. */
import type { Views } from './connection/tabs';
import LogsView from './logs/LogsView.svelte';
import OverviewView from './overview/OverviewView.svelte';

export const views = { overview: OverviewView, log: LogsView } satisfies Views;
