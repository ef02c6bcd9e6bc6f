/** The resources and prompts of the program, over its one backend. */
import { AppError, backend } from '../backend';
import { AnswerContents } from './answerContents.svelte';
import { onReplay } from './appSignIn';
import { hold } from './hold';
import { lasting } from './lasting.svelte';
import { type LiveConnection, LiveLink } from './liveLink.svelte';
import { ProfilePrompts } from './prompts.svelte';
import { promptRuns, Reads, type ReadSource } from './reads';
import { ProfileResources } from './resources.svelte';
import { Watching } from './watching.svelte';

/** What one server offers beside its tools. */
export interface Offers {
  readonly link: LiveLink;
  readonly resources: ProfileResources;
  readonly prompts: ProfilePrompts;
  /** The typed view of a recorded answer; whoever asks for it closes it. */
  contents(seq: number): AnswerContents;
}

const faultOf = (error: unknown): AppError['fault'] => AppError.from(error).fault;

/** The offers over a backend; a test gives its own. */
export class AllOffers {
  readonly #backend: typeof backend;
  readonly #reads: Reads;
  readonly #runs: ReturnType<typeof promptRuns>;
  readonly #all = new Map<string, Offers>();

  constructor(source: typeof backend) {
    this.#backend = source;
    const runs: ReadSource = {
      readResource: (input) => source.readResource(input),
      getPrompt: (input) => source.getPrompt(input),
      cancel: (call) => source.cancelCall(call),
      calls: (profile) => source.calls(profile),
      onCalls: (call) => source.on('calls', call),
      faultOf,
    };
    this.#reads = new Reads(runs, hold);
    this.#runs = promptRuns(runs, hold);
    for (const all of [this.#reads.runs, this.#runs]) {
      all.start();
      onReplay((call, out) => all.replayed(call, out));
    }
  }

  /** The offers of a profile, the same object every time: what was typed and read outlives the view. */
  of(profile: string): Offers {
    let own = this.#all.get(profile);
    if (!own) this.#all.set(profile, (own = lasting(() => this.#make(profile))));
    return own;
  }

  #make(profile: string): Offers {
    const source = this.#backend;
    const link = new LiveLink<LiveConnection>(
      {
        connections: (after) => source.connections(after),
        onConnections: (call) => source.on('connections', call),
      },
      profile,
    );
    const lists = {
      resources: source.resources.bind(source),
      resource: source.resource.bind(source),
      templates: source.templates.bind(source),
      template: source.template.bind(source),
      prompts: source.prompts.bind(source),
      prompt: source.prompt.bind(source),
      expandTemplate: source.expandTemplate.bind(source),
      complete: source.complete.bind(source),
      watch: source.watch.bind(source),
      watchLists: source.watchLists.bind(source),
      watches: source.watches.bind(source),
      contents: source.contents.bind(source),
      content: source.content.bind(source),
      saveContent: source.saveContent.bind(source),
      listChanges: source.listChanges.bind(source),
      dismissChanges: source.dismissChanges.bind(source),
      faultOf,
    };
    const watching = new Watching(lists, link);
    return {
      link,
      resources: new ProfileResources(lists, this.#reads, link, watching),
      prompts: new ProfilePrompts(lists, this.#runs, link),
      contents: (seq) => new AnswerContents(lists, seq),
    };
  }
}

const offers = new AllOffers(backend);

export function offersOf(profile: string): Offers {
  return offers.of(profile);
}

/** The typed view of a recorded answer of any connection; whoever asks for it closes it. */
export function answerOf(seq: number): AnswerContents {
  return new AnswerContents(
    {
      contents: backend.contents.bind(backend),
      content: backend.content.bind(backend),
      saveContent: backend.saveContent.bind(backend),
      faultOf,
    },
    seq,
  );
}
