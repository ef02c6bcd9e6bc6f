/** What a sign-in says to its user: the words for its states, and the next right thing to do. */

export type SignInPhase =
  'none' | 'refused' | 'running' | 'browser' | 'asking' | 'paused' | 'done' | 'failed' | 'canceled';

const phases: readonly string[] = [
  'none',
  'refused',
  'running',
  'browser',
  'asking',
  'paused',
  'done',
  'failed',
  'canceled',
];

/** A phase as Go named it; one this window does not know counts as none. */
export function signInPhase(phase: string): SignInPhase {
  return phases.includes(phase) ? (phase as SignInPhase) : 'none';
}

/** What this file needs of a sign-in, as app/core tells it. */
export interface SignInFacts {
  phase: string;
  why: string;
  next: string;
  steps: readonly { id: string; title: string; state: string; verdict?: string }[];
  stepUp?: { operation: string; new: readonly string[]; stopped: string; attempt: number };
  replay?: { what: string; state: string; text: string };
  active: string;
  err?: { message: string; hint: string };
  /** There are no metadata by any route. */
  guess?: boolean;
  /** The keychain waits for an answer to its prompt. */
  prompt?: boolean;
  /** Where tokens are kept, one sentence. */
  store?: string;
}

/** What a button of the sign-in does. */
export type SignInDo = 'start' | 'again' | 'begin' | 'cancel' | 'open' | 'step' | 'continue' | 'all' | 'replay';

export interface SignInAction {
  do: SignInDo;
  label: string;
}

export interface NextThing {
  /** What is, in a few words. */
  head: string;
  /** What it means and what to do, one or two sentences; empty when the head says it all. */
  text: string;
  tone: 'plain' | 'busy' | 'ok' | 'warn' | 'err';
  /** The one button that does the next right thing. */
  main?: SignInAction;
  /** Other ways on. */
  others: SignInAction[];
}

const cancel: SignInAction = { do: 'cancel', label: 'Cancel' };
const stepwise: SignInAction = { do: 'begin', label: 'Step by step' };
const all: SignInAction = { do: 'all', label: 'Run all' };

/** The step that needs an input before anything goes on. */
export function askingStep<T extends { state: string }>(steps: readonly T[]): T | undefined {
  return steps.find((s) => s.state === 'asking');
}

/** What is to be said and done now. */
export function nextThing(s: SignInFacts): NextThing {
  const phase = signInPhase(s.phase);
  const title = (id: string): string => s.steps.find((step) => step.id === id)?.title ?? id;
  switch (phase) {
    case 'none':
      return s.active
        ? {
            head: 'Signed in',
            text: 'The stored token is sent with each request.',
            tone: 'ok',
            others: [{ do: 'again', label: 'Sign in again' }, stepwise],
          }
        : {
            head: 'Not signed in',
            text: 'Nothing was refused yet. Signing in now gets a token before the server asks for one.',
            tone: 'plain',
            main: { do: 'start', label: 'Sign in' },
            others: [stepwise],
          };
    case 'refused':
      return refused(s);
    case 'running': {
      const step = s.steps.find((each) => each.state === 'running');
      const now = step?.title;
      const keychain = s.prompt && s.store ? `${s.store} Its window may be behind this one.` : '';
      return {
        head: now ? `${now} …` : 'Signing in …',
        text: keychain || (step?.verdict ?? ''),
        tone: 'busy',
        main: cancel,
        others: [],
      };
    }
    case 'browser':
      return {
        head: 'Waiting for the browser',
        text: 'Sign in and consent in your browser. It comes back to Sightglass by itself.',
        tone: 'busy',
        main: { do: 'open', label: 'Open browser again' },
        others: [cancel],
      };
    case 'asking':
    case 'paused':
    case 'failed':
      return stopped(s, phase, title);
    case 'done':
      return done(s);
    case 'canceled':
      return {
        head: 'Cancelled',
        text: 'The sign-in was given up. What was looked up is kept below.',
        tone: 'plain',
        main: { do: 'start', label: 'Sign in' },
        others: [stepwise],
      };
  }
}

function refused(s: SignInFacts): NextThing {
  const up = s.why === 'step-up' ? s.stepUp : undefined;
  if (!up) {
    const expired = s.why === 'expired';
    if (s.guess && !expired) {
      return {
        head: 'The server names no way in',
        text: 'A token that you were given goes into the header Authorization, under Edit server. Signing in tries the addresses that servers of 2025-03-26 have.',
        tone: 'warn',
        main: { do: 'start', label: 'Sign in' },
        others: [stepwise],
      };
    }
    return {
      head: expired ? 'The token was refused' : 'A token is needed',
      text: expired
        ? 'It has expired or was revoked, and it could not be refreshed.'
        : 'Signing in opens your browser, gets a token and sends the refused request again.',
      tone: 'warn',
      main: { do: 'start', label: expired ? 'Sign in again' : 'Sign in' },
      others: [stepwise],
    };
  }
  if (up.stopped) return { head: 'More scopes will not help', text: up.stopped, tone: 'err', others: [stepwise] };
  return {
    head: up.new.length === 1 ? 'One more scope is needed' : 'More scopes are needed',
    text: `${up.operation} was refused for lack of scope.`,
    tone: 'warn',
    main: { do: 'start', label: up.new.length === 1 ? 'Ask for this scope' : 'Ask for these scopes' },
    others: [stepwise],
  };
}

function stopped(s: SignInFacts, phase: 'asking' | 'paused' | 'failed', title: (id: string) => string): NextThing {
  const asking = askingStep(s.steps);
  if (asking) {
    return {
      head: `${asking.title}: your turn`,
      text: s.err?.message ?? 'A value is needed before the sign-in goes on. Fill in the step below.',
      tone: 'warn',
      main: { do: 'continue', label: 'Continue' },
      others: phase === 'asking' ? [cancel] : [{ do: 'again', label: 'Begin anew' }],
    };
  }
  if (phase === 'failed') {
    const at = s.steps.find((step) => step.state === 'failed')?.title;
    return {
      head: at ? `Failed at: ${at}` : 'The sign-in failed',
      text: [s.err?.message, s.err?.hint].filter(Boolean).join(' '),
      tone: 'err',
      main: { do: 'again', label: 'Sign in again' },
      others: [stepwise],
    };
  }
  if (!s.next)
    return { head: 'All steps are done', text: '', tone: 'ok', others: [{ do: 'again', label: 'Begin anew' }] };
  return {
    head: `Next: ${title(s.next)}`,
    text: 'Each step waits for you. Its inputs can be edited before it runs.',
    tone: 'plain',
    main: { do: 'step', label: 'Run this step' },
    others: [all, { do: 'begin', label: 'Begin anew' }],
  };
}

function done(s: SignInFacts): NextThing {
  const r = s.replay;
  const others: SignInAction[] = [{ do: 'again', label: 'Sign in again' }, stepwise];
  if (!r) return { head: 'Signed in', text: 'The token is sent with each request from now on.', tone: 'ok', others };
  const what = r.what === 'connect' ? 'The connect' : r.what;
  if (r.state === 'running') return { head: 'Signed in', text: `${what} is sent again …`, tone: 'busy', others: [] };
  if (r.state === 'failed')
    return { head: 'Signed in, and refused again', text: `${what}: ${r.text}`, tone: 'err', others };
  return { head: 'Signed in', text: `${what} was sent again and came through.`, tone: 'ok', others };
}

/** The step to open by itself: what failed, what asks for an input, step by step the next one; else none. */
export function stepToShow(phase: SignInPhase, steps: readonly { id: string; state: string }[], next: string): string {
  if (phase === 'running' || phase === 'browser') return '';
  const stuck = steps.find((s) => s.state === 'failed') ?? askingStep(steps);
  if (stuck) return stuck.id;
  return phase === 'paused' ? next : '';
}

/** Seconds as they run down: "4 min 05 s", "42 s", "1 h 02 min", "3 days". */
export function countdown(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${String(s)} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 3600) return `${String(Math.floor(s / 60))} min ${two(s % 60)} s`;
  if (s < 48 * 3600) return `${String(Math.floor(s / 3600))} h ${two(Math.floor((s % 3600) / 60))} min`;
  return `${String(Math.floor(s / 86_400))} days`;
}

/** How a token's end is told: `expires` in Unix seconds (0: not said), `now` in Unix microseconds. */
export function expiryText(expires: number, now: number): string {
  if (expires <= 0) return 'expiry not said';
  const left = expires - now / 1_000_000;
  return left > 0 ? `expires in ${countdown(left)}` : `expired ${countdown(-left)} ago`;
}
