import type { app, core, profile, wire } from '../../wailsjs/go/models';
import type { AppsBackend } from './apps';
import type { CollectionsBackend } from './collections';
import type { CapturesBackend } from './captures';
import type { InboxBackend } from './inbox';
import type { TasksBackend } from './tasks';
import type { DriftBackend } from './drift';
import type { ExportsBackend } from './exports';
import type { ModernBackend } from './modern';
import type { InspectBackend } from './inspect';
import type { FiguresBackend } from './timeline';
import type { ViewsBackend } from './traffic';
import type { BodyBytes, BodyPart, Connection, EventName, ExportForm, Pages } from './types';

/**
 * Everything the window asks of the program. Two twins implement it: the bridge (wails.ts) and an in-memory one for
 * tests and design work (fake/). Every promise settles, and rejects with an AppError only. Times are Unix
 * microseconds, durations microseconds, unless named otherwise.
 */
export interface Backend
  extends
    InboxBackend,
    AppsBackend,
    CapturesBackend,
    DriftBackend,
    ModernBackend,
    InspectBackend,
    TasksBackend,
    ViewsBackend,
    FiguresBackend,
    CollectionsBackend,
    ExportsBackend {
  hello(): Promise<app.Hello>;
  /** Tells the program that the first list is painted. */
  ready(): Promise<void>;
  /** Opens an http, https or mailto link in the user's browser. */
  openLink(url: string): Promise<void>;
  copy(text: string): Promise<void>;

  servers(): Promise<core.ServerList>;
  /** Reads the profile file again, at once. */
  reloadServers(): Promise<core.ServerList>;
  /** Shows the folder of the profile file in the system's file manager. */
  openFolder(): Promise<void>;
  /** Adds (empty id) or changes a server; values of secrets go to the keychain. */
  saveServer(server: profile.Profile, secrets: core.SecretInput[]): Promise<profile.Profile>;
  /** What in a server that is being edited looks like a credential; nothing is saved. */
  suspects(server: profile.Profile): Promise<core.Suspect[]>;
  duplicateServer(id: string): Promise<profile.Profile>;
  /** Disconnects and removes. `restoreServer` brings it back until the program ends. */
  deleteServer(id: string): Promise<void>;
  restoreServer(id: string): Promise<void>;
  reorderServers(ids: string[]): Promise<void>;
  secrets(id: string): Promise<core.SecretState[]>;
  setSecrets(id: string, secrets: core.SecretInput[]): Promise<void>;
  /** Reads what was typed into the box; nothing is started or saved. */
  typed(text: string): Promise<core.Typed>;
  /** Makes a temporary server of what was typed. */
  useTyped(text: string): Promise<profile.Profile>;
  /** Saves a temporary server. */
  keepServer(id: string): Promise<profile.Profile>;
  launch(id: string): Promise<core.Launch>;
  /** Allows the launch with that hash, as it was shown. */
  confirmLaunch(id: string, hash: string): Promise<void>;
  /** Accepts the certificate that the last connect of a server failed at, by its fingerprint, for this server alone. */
  trust(id: string, fingerprint: string): Promise<void>;
  /** Makes a server's settings speak one version of the protocol; the next connect does. */
  speak(id: string, version: string): Promise<void>;
  readImport(text: string): Promise<core.ImportPreview>;
  /** Asks for a file; form and problem are empty when the user cancelled. */
  openImport(): Promise<core.ImportPreview>;
  acceptImport(preview: core.ImportPreview): Promise<profile.Profile[]>;
  exportText(ids: string[], form: ExportForm): Promise<string>;
  /** Asks where to and writes; answers with the path, empty when the user cancelled. */
  exportFile(ids: string[], form: ExportForm): Promise<string>;

  /** The connections changed after a revision; all with 0. */
  connections(after: number): Promise<Connection[]>;
  /** Starts connecting; the states follow by event. */
  connect(id: string): Promise<void>;
  disconnect(id: string): Promise<void>;

  tools(id: string, pages: Pages, signal?: AbortSignal): Promise<core.ToolList>;
  tool(id: string, index: number, signal?: AbortSignal): Promise<core.ToolDetail>;
  check(input: core.RunInput): Promise<core.Problem[]>;
  /** Calls a tool and waits for its result, however long it takes; `cancelCall` ends it. */
  run(input: core.RunInput): Promise<core.RunOutput>;
  /** Sends a request of any method and waits for its answer as `run` does; `cancelCall` ends it. */
  requestRaw(input: core.RequestInput): Promise<core.RunOutput>;
  /** The frame that a request or notification would be; nothing is sent. */
  rawDraft(input: core.RawDraftInput): Promise<core.RawDraft>;
  /** The headers with which a frame is posted by itself; none on stdio. */
  rawHeaders(id: string, frame: string): Promise<core.RawHeader[]>;
  /** Sends a frame as it is and waits for what it brings; `cancelCall` ends the wait. */
  sendRaw(input: core.RawInput): Promise<core.RawOutput>;
  cancelCall(call: string): Promise<void>;
  calls(id: string): Promise<core.CallState[]>;

  resources(id: string, pages: Pages, signal?: AbortSignal): Promise<core.ResourceList>;
  resource(id: string, index: number, signal?: AbortSignal): Promise<core.ResourceDetail>;
  templates(id: string, pages: Pages, signal?: AbortSignal): Promise<core.TemplateList>;
  template(id: string, index: number, signal?: AbortSignal): Promise<core.TemplateDetail>;
  /** Reads a resource and waits for it, however long it takes; `cancelCall` ends it. */
  readResource(input: core.ReadInput): Promise<core.ReadOutput>;
  /** Puts values into a URI template; nothing is sent. */
  expandTemplate(template: string, values: core.TemplateValue[]): Promise<core.Expansion>;
  /** What could stand for an argument of a prompt or a variable of a template; a later one of the same cancels it. */
  complete(input: core.CompleteInput): Promise<core.CompleteOutput>;
  /** Asks for updates of resources, or for no more of them. */
  watch(input: core.WatchInput): Promise<core.Watches>;
  /** Asks a modern server to tell of changes of its lists, or not to. */
  watchLists(id: string, on: boolean): Promise<core.Watches>;
  /** What is known of updates; Connection.watchRev says when to ask again. */
  watches(id: string): Promise<core.Watches>;
  prompts(id: string, pages: Pages, signal?: AbortSignal): Promise<core.PromptList>;
  prompt(id: string, index: number, signal?: AbortSignal): Promise<core.PromptDetail>;
  skills(id: string, pages: Pages, signal?: AbortSignal): Promise<core.SkillList>;
  /** One skill of the list, whole; nothing is sent. */
  skill(id: string, index: number, signal?: AbortSignal): Promise<core.SkillDetail>;
  /** Reads a file of a skill and verifies it against the skill's entry; `cancelCall` ends it. */
  readSkill(input: core.SkillInput): Promise<core.SkillRead>;
  /** Asks for the entry of a skill, listed or not, and compares it with the list. */
  getSkill(input: core.SkillInput): Promise<core.SkillEntry>;
  /** Reads a directory of a skill, where the server offers that. */
  skillDirectory(input: core.SkillInput): Promise<core.SkillDirectory>;
  /** Gets a prompt's messages and waits for them; `cancelCall` ends it. */
  getPrompt(input: core.PromptInput): Promise<core.PromptOutput>;
  /** The typed view of the recorded answer to resources/read, prompts/get or tools/call. */
  contents(seq: number, signal?: AbortSignal): Promise<core.Contents>;
  /** Decoded bytes of one content item of such an answer; `at` is its JSON Pointer in the result. */
  content(seq: number, at: string, offset: number, length: number, signal?: AbortSignal): Promise<BodyBytes>;
  /** Asks where to and writes a content item there; answers with the path, empty when the user cancelled. */
  saveContent(seq: number, at: string): Promise<string>;

  /** How a server is signed in to: the flow, the identities, the checks. */
  signIn(id: string, signal?: AbortSignal): Promise<core.SignIn>;
  /** Signs in, up to the replay of the refused call; the states follow by event. `again`: although a token is there. */
  startSignIn(id: string, again: boolean): Promise<void>;
  /** Prepares a sign-in step by step: looks up the metadata, nothing else. */
  beginSignIn(id: string): Promise<void>;
  /** Runs one step with edited inputs, and those after it unless `only`. */
  stepSignIn(step: core.SignInStep): Promise<void>;
  cancelSignIn(id: string): Promise<void>;
  /** Opens the browser once more with the request that waits. */
  openSignIn(id: string): Promise<void>;
  /** Makes an identity the one in use; none with an empty one. */
  useIdentity(id: string, identity: string): Promise<void>;
  renameIdentity(id: string, identity: string, name: string): Promise<void>;
  refreshIdentity(id: string, identity: string): Promise<void>;
  /** Revokes where the server can and deletes; answers with what was done. */
  signOut(id: string, identity: string): Promise<string>;
  /** Tries once more to put what is kept in memory only into the keychain. */
  keepIdentities(id: string): Promise<void>;
  /** Runs the negative checks against the server; the results follow by event. */
  checkServer(id: string): Promise<void>;
  /** The client ID metadata document to be hosted at the server's clientMetadataURL, JSON text. */
  clientDocument(id: string): Promise<string>;

  exchange(seq: number, signal?: AbortSignal): Promise<wire.Exchange>;
  body(seq: number, part: BodyPart, offset: number, length: number, signal?: AbortSignal): Promise<BodyBytes>;
  /** The true value behind a placeholder of an entry: on the user's click only. */
  reveal(seq: number, placeholder: string): Promise<string>;
  clearTraffic(): Promise<void>;

  /** Calls back when there is something to pull; returns the end of it. */
  on(event: EventName, call: (rev: number) => void): () => void;
}
