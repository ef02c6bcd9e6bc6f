/** What the lanes of the timeline are called. */
const names: Readonly<Record<string, string>> = {
  client: 'Client to server',
  server: 'Server to client',
  notifications: 'Notifications',
  http: 'HTTP',
  tasks: 'Tasks',
  streams: 'Streams',
  signin: 'Sign-in',
  stderr: 'stderr',
  state: 'State',
};

export const laneName = (lane: string): string => names[lane] ?? lane;

/** The figures of a lane as a whole. */
export function laneFigures(lane: { at: number[]; n: number[]; errors: number[]; took: number[] }): {
  count: number;
  errors: number;
  longest: number;
  /** Number of the bucket with the most entries, -1: none. */
  busiest: number;
} {
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const most = lane.n.reduce((best, n, i) => (n > (lane.n[best] ?? 0) ? i : best), 0);
  return {
    count: sum(lane.n),
    errors: sum(lane.errors),
    longest: lane.took.reduce((a, b) => Math.max(a, b), 0),
    busiest: lane.at[most] ?? -1,
  };
}
