/** The tabs of a live connection: which are there, what they tell, and the late part that shows each. */
import type { Component } from 'svelte';
import type { Connection, profile } from '../../backend';
import { total } from '../../lib/driftWords';
import { declares, declaresExtension, offersTools } from '../../lib/serverInfo';
import type { Offers } from '../../state/appOffers';
import type { Late } from '../../state/late.svelte';
import type { SignIn } from '../../state/signIn.svelte';
import type { toolsOf } from '../../state/appTools';
import {
  appViews,
  callViews,
  connectedViews,
  driftViews,
  inspectViews,
  offerViews,
  skillViews,
  streamViews,
  taskViews,
} from '../late';

/** What a tab may go by to tell whether it is there. */
export interface Live {
  readonly connection: Connection;
  readonly tools: ReturnType<typeof toolsOf>;
  readonly offers: Offers;
  /** Null for a server without sign-in. */
  readonly signIn: SignIn | null;
}

/** What every view of a live connection is given; each takes what it needs. */
export interface TabProps {
  profile: string;
  server: profile.Profile;
  connection: Connection;
  /** Id of the connection in the log. */
  conn: string;
  era: string;
  signIn: SignIn | null;
  /** Why a server that could be signed in to is not; else empty. */
  blocked: string;
  onshowentries: (seqs: readonly number[]) => void;
  /** Goes to another of these views. */
  onshowtab?: (tab: string) => void;
}

/** The views of one or several tabs, by the id of the tab: what a late part holds. */
export type Views = Readonly<Record<string, Component<TabProps>>>;

export interface Tab {
  readonly id: string;
  readonly label: string;
  /** The view in the messages of it: "the tools view broke". */
  readonly guard: string;
  /** The part that holds the view, under the tab's id. None: the sign-in, which is there without a connection too. */
  readonly part?: Late<{ readonly views: Views }>;
  readonly there?: (live: Live) => boolean;
  readonly count?: (live: Live) => number | undefined;
  /** Something changed since it was last looked at. */
  readonly mark?: (live: Live) => boolean;
}

/** In the order they are shown. */
export const allTabs: readonly Tab[] = [
  { id: 'overview', label: 'Overview', guard: 'overview', part: inspectViews },
  {
    id: 'tools',
    label: 'Tools',
    guard: 'tools view',
    part: connectedViews,
    there: ({ connection }) => offersTools(connection.capabilities),
    count: ({ tools }) => (tools.list.state === 'ready' ? tools.tools.length : undefined),
    mark: ({ connection }) => connection.toolsChanged,
  },
  {
    id: 'resources',
    label: 'Resources',
    guard: 'resources',
    part: offerViews,
    there: ({ connection, offers }) => declares(connection.capabilities, 'resources') || offers.resources.offered,
    count: ({ offers }) => (offers.resources.ready ? offers.resources.total : undefined),
    mark: ({ connection }) => connection.resourcesChanged,
  },
  {
    id: 'prompts',
    label: 'Prompts',
    guard: 'prompts',
    part: offerViews,
    there: ({ connection, offers }) => declares(connection.capabilities, 'prompts') || offers.prompts.list.offered,
    count: ({ offers }) => (offers.prompts.list.state === 'ready' ? offers.prompts.list.items.length : undefined),
    mark: ({ connection }) => connection.promptsChanged,
  },
  {
    id: 'apps',
    label: 'Apps',
    guard: 'apps',
    part: appViews,
    there: ({ tools }) => tools.tools.some((t) => t.ui),
    count: ({ tools }) => tools.tools.filter((t) => t.ui).length,
  },
  {
    id: 'tasks',
    label: 'Tasks',
    guard: 'tasks',
    part: taskViews,
    there: ({ connection }) => connection.taskForm !== '' || connection.tasks > 0,
    count: ({ connection }) => (connection.tasks > 0 ? connection.tasks : undefined),
  },
  {
    id: 'skills',
    label: 'Skills',
    guard: 'skills',
    part: skillViews,
    there: ({ connection }) => declaresExtension(connection.capabilities, 'io.modelcontextprotocol/skills'),
  },
  {
    id: 'log',
    label: 'Log',
    guard: 'log',
    part: inspectViews,
    there: ({ connection }) => connection.logged || declares(connection.capabilities, 'logging'),
  },
  {
    id: 'streams',
    label: 'Streams',
    guard: 'streams',
    part: streamViews,
    there: ({ connection }) => connection.era === 'modern',
    count: ({ connection }) => connection.streams,
  },
  {
    id: 'drift',
    label: 'Drift',
    guard: 'drift',
    part: driftViews,
    there: ({ connection }) => connection.drift !== undefined || connection.paged === true,
    count: ({ connection }) => (connection.drift && total(connection.drift.counts)) || undefined,
    mark: ({ connection }) => (connection.drift?.counts.breaking ?? 0) > 0,
  },
  { id: 'signin', label: 'Sign-in', guard: 'sign-in', there: ({ signIn }) => signIn !== null },
  { id: 'calls', label: 'Saved calls', guard: 'saved calls', part: callViews },
  { id: 'raw', label: 'Raw request', guard: 'raw request', part: connectedViews },
];
