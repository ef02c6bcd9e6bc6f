import type { app, core, wire } from '../../wailsjs/go/models';
import * as Connections from '../../wailsjs/go/app/Connections';
import * as Prompts from '../../wailsjs/go/app/Prompts';
import * as Raw from '../../wailsjs/go/app/Raw';
import * as Resources from '../../wailsjs/go/app/Resources';
import * as Servers from '../../wailsjs/go/app/Servers';
import * as Sign from '../../wailsjs/go/app/SignIn';
import * as Skills from '../../wailsjs/go/app/Skills';
import * as Tools from '../../wailsjs/go/app/Tools';
import * as Traffic from '../../wailsjs/go/app/Traffic';
import * as Win from '../../wailsjs/go/app/Window';
import { EventsOn } from '../../wailsjs/runtime/runtime';
import type { Backend } from './backend';
import { ConnectionFeed } from './connectionFeed';
import { FetchApi } from './fetch';
import { keychain, plain, settle, unlimited } from './settle';
import { wailsCaptures } from './wailsCaptures';
import { wailsApps } from './wailsApps';
import { wailsCollections } from './wailsCollections';
import { wailsInbox } from './wailsInbox';
import { wailsDrift } from './wailsDrift';
import { wailsTasks } from './wailsTasks';
import { wailsModern } from './wailsModern';
import { wailsExports } from './wailsExports';
import { wailsInspect } from './wailsInspect';
import { wailsTraffic } from './wailsTraffic';

/** Milliseconds a server's process tree may take to end. */
const ending = 60_000;

/** The backend over the bridge of Wails and its asset server. */
export function wailsBackend(): Backend {
  let greeting: Promise<app.Hello> | undefined;
  const hello = (): Promise<app.Hello> => (greeting ??= settle('start', plain, Win.Hello()));
  const api = new FetchApi(async () => (await hello()).token);
  const feed = new ConnectionFeed((after) => settle('list connections', plain, Connections.List(after)));

  return {
    ...wailsInbox(api),
    ...wailsInspect(api),
    ...wailsApps(api),
    ...wailsDrift(api),
    ...wailsTasks(api),
    ...wailsCollections(api),
    ...wailsModern(api),
    ...wailsTraffic(api),
    ...wailsCaptures(api),
    ...wailsExports(api),
    hello,
    ready: () => settle('start', plain, Win.Ready()),
    openLink: (url) => settle('open link', plain, Win.OpenLink(url)),
    copy: (text) => settle('copy', plain, Win.Copy(text)),

    servers: () => settle('list servers', plain, Servers.List()),
    reloadServers: () => settle('list servers', plain, Servers.Reload()),
    openFolder: () => settle('open the folder', plain, Servers.OpenFolder()),
    saveServer: (server, secrets) => settle('save server', keychain, Servers.Save(server, secrets)),
    suspects: (server) => settle('look for secrets', plain, Servers.Suspects(server)),
    duplicateServer: (id) => settle('duplicate server', keychain, Servers.Duplicate(id)),
    deleteServer: (id) => settle('delete server', keychain, Servers.Delete(id)),
    restoreServer: (id) => settle('restore server', keychain, Servers.Restore(id)),
    reorderServers: (ids) => settle('reorder servers', plain, Servers.Reorder(ids)),
    secrets: (id) => settle('list secrets', keychain, Servers.Secrets(id)),
    setSecrets: (id, secrets) => settle('keep secrets', keychain, Servers.SetSecrets(id, secrets)),
    typed: (text) => settle('read the line', plain, Servers.Type(text)),
    useTyped: (text) => settle('use the line', keychain, Servers.Use(text)),
    keepServer: (id) => settle('save server', keychain, Servers.Keep(id)),
    launch: (id) => settle('look at the command', keychain, Servers.Launch(id)),
    confirmLaunch: (id, hash) => settle('confirm the command', plain, Servers.Confirm(id, hash)),
    speak: (id, version) => settle('choose the version', plain, Servers.Speak(id, version)),
    trust: (id, fingerprint) => settle('trust the certificate', plain, Servers.Trust(id, fingerprint)),
    readImport: (text) => settle('read the text', plain, Servers.ReadImport(text)),
    openImport: () => settle('open the file', unlimited, Servers.OpenImport()),
    acceptImport: (preview) => settle('import servers', keychain, Servers.Accept(preview)),
    exportText: (ids, form) => settle('export servers', plain, Servers.Export(ids, form)),
    exportFile: (ids, form) => settle('export servers', unlimited, Servers.ExportFile(ids, form)),

    connections: (after) => feed.after(after),
    connect: (id) => settle('connect', keychain, Connections.Connect(id)),
    disconnect: (id) => settle('disconnect', ending, Connections.Disconnect(id)),

    tools: (profile, pages, signal) => api.json<core.ToolList>('tools', { profile, pages }, signal, unlimited),
    tool: (profile, index, signal) => api.json<core.ToolDetail>('tool', { profile, index }, signal),
    check: (input) => settle('check arguments', plain, Tools.Check(input)),
    run: (input) => settle('call tool', unlimited, Tools.Run(input)),
    requestRaw: (input) => settle('send request', unlimited, Tools.Request(input)),
    rawDraft: (input) => settle('draft a frame', plain, Raw.Draft(input)),
    rawHeaders: (id, frame) => settle('list headers', plain, Raw.Headers(id, frame)),
    sendRaw: (input) => settle('send a frame', unlimited, Raw.Send(input)),
    cancelCall: (call) => settle('cancel call', plain, Tools.Cancel(call)),
    calls: (id) => settle('list calls', plain, Tools.Calls(id)),

    resources: (profile, pages, signal) =>
      api.json<core.ResourceList>('resources', { profile, pages }, signal, unlimited),
    resource: (profile, index, signal) => api.json<core.ResourceDetail>('resource', { profile, index }, signal),
    templates: (profile, pages, signal) =>
      api.json<core.TemplateList>('templates', { profile, pages }, signal, unlimited),
    template: (profile, index, signal) => api.json<core.TemplateDetail>('template', { profile, index }, signal),
    readResource: (input) => settle('read resource', unlimited, Resources.Read(input)),
    expandTemplate: (template, values) => settle('expand template', plain, Resources.Expand(template, values)),
    complete: (input) => settle('complete', unlimited, Resources.Complete(input)),
    watch: (input) => settle('watch resources', unlimited, Resources.Watch(input)),
    watchLists: (id, on) => settle('watch lists', unlimited, Resources.WatchLists(id, on)),
    watches: (id) => settle('list watches', plain, Resources.Watches(id)),
    prompts: (profile, pages, signal) => api.json<core.PromptList>('prompts', { profile, pages }, signal, unlimited),
    prompt: (profile, index, signal) => api.json<core.PromptDetail>('prompt', { profile, index }, signal),
    skills: (profile, pages, signal) => api.json<core.SkillList>('skills', { profile, pages }, signal, unlimited),
    skill: (profile, index, signal) => api.json<core.SkillDetail>('skill', { profile, index }, signal),
    readSkill: (input) => settle('read skill', unlimited, Skills.Read(input)),
    getSkill: (input) => settle('get skill', unlimited, Skills.Get(input)),
    skillDirectory: (input) => settle('read directory', unlimited, Skills.Directory(input)),
    getPrompt: (input) => settle('get prompt', unlimited, Prompts.Get(input)),
    contents: (seq, signal) => api.json<core.Contents>('contents', { seq }, signal),
    content: (seq, at, offset, length, signal) => api.bytes('content', { seq, at, offset, length }, signal),
    saveContent: (seq, at) => settle('save resource', unlimited, Resources.Save(seq, at)),

    signIn: (profile, signal) => api.json<core.SignIn>('signin', { profile }, signal),
    startSignIn: (id, again) => settle('sign in', keychain, Sign.Start(id, again)),
    beginSignIn: (id) => settle('sign in', keychain, Sign.Begin(id)),
    stepSignIn: (step) => settle('run a step', keychain, Sign.Step(step)),
    cancelSignIn: (id) => settle('cancel the sign-in', ending, Sign.Cancel(id)),
    openSignIn: (id) => settle('open the browser', plain, Sign.Open(id)),
    useIdentity: (id, identity) => settle('switch the identity', keychain, Sign.Use(id, identity)),
    renameIdentity: (id, identity, name) => settle('name the identity', keychain, Sign.Rename(id, identity, name)),
    refreshIdentity: (id, identity) => settle('refresh the token', keychain, Sign.Refresh(id, identity)),
    signOut: (id, identity) => settle('sign out', keychain, Sign.SignOut(id, identity)),
    keepIdentities: (id) => settle('keep the tokens', keychain, Sign.Keep(id)),
    checkServer: (id) => settle('check the server', plain, Sign.Check(id)),
    clientDocument: (id) => settle('make the client document', keychain, Sign.ClientDocument(id)),

    exchange: (seq, signal) => api.json<wire.Exchange>('exchange', { seq }, signal),
    body: (seq, part, offset, length, signal) => api.body(seq, part, offset, length, signal),
    reveal: (seq, placeholder) => settle('reveal', plain, Traffic.Reveal(seq, placeholder)),
    clearTraffic: () => settle('clear traffic', plain, Traffic.Clear()),

    on: (event, call) => EventsOn(event, (rev: unknown) => call(typeof rev === 'number' ? rev : 0)),
  };
}
