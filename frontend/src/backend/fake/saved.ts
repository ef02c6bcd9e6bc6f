import type { core, profile } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { ExportForm } from '../types';
import type { FakeHub } from './hub';
import { fakeExport, fakeImport } from './imports';
import { refuse } from './refuse';

/** The saved servers of the twin, with their secrets and what of them was confirmed. */
export class FakeSaved {
  readonly #hub: FakeHub;
  readonly #deleted = new Map<string, { server: profile.Profile; at: number }>();
  /** What changed in a launch since it was allowed. */
  readonly changed = new Map<string, Pick<core.Launch, 'since' | 'changes'>>();
  readonly #confirmed = new Set(['open', 'files']);
  readonly #kept = new Map<string, Set<string>>([
    ['files', new Set(['env:API_TOKEN'])],
    ['search', new Set(['header:Authorization'])],
  ]);
  #profiles: profile.Profile[];
  #temporary: string[] = [];
  #ids = 0;

  fileError = '';
  keychain: core.KeychainState = {
    state: 'available',
    name: 'Secret Service (gnome-keyring)',
    text: 'Secrets are kept in the keychain.',
  };

  constructor(hub: FakeHub, profiles: profile.Profile[]) {
    this.#hub = hub;
    this.#profiles = profiles;
  }

  get(id: string): profile.Profile {
    const found = this.#profiles.find((p) => p.id === id);
    if (!found) throw new AppError({ kind: 'input', message: `there is no server ${id}` });
    return found;
  }

  list(): core.ServerList {
    return {
      profiles: structuredClone(this.#profiles),
      temporary: [...this.#temporary],
      file: '/home/me/.config/Sightglass/profiles.json',
      fileError: this.fileError,
      keychain: this.keychain,
    };
  }

  save(server: profile.Profile, secrets: core.SecretInput[]): Promise<profile.Profile> {
    if (!server.name.trim()) return refuse('name: it is empty');
    if (server.auth?.issuer?.startsWith('http:'))
      return refuse(`server "${server.name}": auth.issuer: is plain HTTP: write https://`);
    const saved = { ...structuredClone(server), id: server.id || `fake${++this.#ids}` };
    const at = this.#profiles.findIndex((p) => p.id === saved.id);
    if (at < 0) this.#profiles.push(saved);
    else this.#profiles[at] = saved;
    this.#confirmed.delete(saved.id);
    this.setSecrets(saved.id, secrets);
    this.#hub.emit('servers');
    return Promise.resolve(structuredClone(saved));
  }

  /** A server to be saved beside the one it is like. */
  copyOf(id: string): profile.Profile {
    const copy = structuredClone(this.get(id));
    delete copy.sample;
    return { ...copy, id: '', name: `${copy.name} copy` };
  }

  remove(id: string): void {
    const at = this.#profiles.findIndex((p) => p.id === id);
    this.#deleted.set(id, { server: this.get(id), at });
    this.#profiles.splice(at, 1);
    this.#hub.emit('servers');
  }

  restore(id: string): Promise<void> {
    const gone = this.#deleted.get(id);
    if (!gone) return refuse('it was not deleted in this run');
    this.#profiles.splice(gone.at, 0, gone.server);
    this.#hub.emit('servers');
    return Promise.resolve();
  }

  reorder(ids: string[]): void {
    const known = new Map(this.#profiles.map((p) => [p.id, p]));
    this.#profiles = ids.flatMap((id) => known.get(id) ?? []);
    this.#hub.emit('servers');
  }

  secrets(id: string): core.SecretState[] {
    const p = this.get(id);
    const placeholders = [p.command, p.url, ...(p.args ?? [])].flatMap((text) =>
      [...(text ?? '').matchAll(/\$\{secret:([^}]+)\}/g)].map((m) => `secret:${m[1] ?? ''}`),
    );
    const names = [
      ...(p.env ?? []).filter((v) => v.secret).map((v) => `env:${v.name}`),
      ...(p.headers ?? []).filter((v) => v.secret).map((v) => `header:${v.name}`),
      ...placeholders,
    ];
    if (p.auth)
      names.push(
        'auth:client_secret',
        'auth:private_key',
        'auth:assertion',
        'auth:idp_client_secret',
        'auth:idp_private_key',
        'auth:idp_token',
      );
    const where = this.keychain.state === 'available' ? 'keychain' : 'memory';
    return names.map((name) => ({ name, stored: this.#kept.get(id)?.has(name) ? where : 'missing' }));
  }

  setSecrets(id: string, secrets: core.SecretInput[]): void {
    const kept = this.#kept.get(id) ?? new Set();
    for (const s of secrets) {
      if (s.clear) kept.delete(s.name);
      else if (s.value) kept.add(s.name);
    }
    this.#kept.set(id, kept);
  }

  /** Lets a server last for this run only. */
  setTemporary(id: string): void {
    this.#temporary.push(id);
    this.#hub.emit('servers');
  }

  keep(id: string): profile.Profile {
    this.#temporary = this.#temporary.filter((t) => t !== id);
    this.#hub.emit('servers');
    return structuredClone(this.get(id));
  }

  launch(id: string): core.Launch {
    const p = this.get(id);
    const missing = this.secrets(id).filter((s) => s.stored === 'missing');
    const found = p.sample ? '/opt/sightglass/sightglass' : p.command === 'npx' ? '/usr/local/bin/npx' : '';
    return {
      profile: id,
      hash: `hash-${id}`,
      confirmed: (p.transport !== 'stdio' && !this.changed.has(id)) || this.#confirmed.has(id),
      ...(this.changed.get(id) ?? { since: 'new', changes: [] }),
      settings: p.transport === 'stdio' ? [] : [{ field: 'url', lines: [{ mark: '', text: p.url ?? '' }] }],
      command: p.command ?? (p.sample ? 'sightglass' : ''),
      program: p.transport === 'stdio' ? found || `/home/me/.local/bin/${p.command ?? ''}` : '',
      searched: ['/home/me/.local/bin', '/usr/local/bin', '/usr/bin', '/bin'],
      args: p.args ?? [],
      envNames: (p.env ?? []).map((v) => v.name),
      cwd: p.cwd ?? '',
      url: p.url ?? '',
      missing,
      problem: '',
    };
  }

  confirm(id: string, hash: string): Promise<void> {
    if (hash !== `hash-${id}` && hash !== 'hash-typed') return refuse('the command has changed since it was shown');
    this.#confirmed.add(id);
    return Promise.resolve();
  }

  trust(id: string, fingerprint: string): void {
    const p = this.get(id);
    p.trust = [...(p.trust ?? []), fingerprint];
    this.#hub.emit('servers');
  }

  speak(id: string, version: string): void {
    this.get(id).era = { mode: version < '2026' ? 'legacy' : 'modern', version };
    this.#hub.emit('servers');
  }

  readImport(text: string): core.ImportPreview {
    return fakeImport(text, this.#profiles);
  }

  exportText(ids: string[], form: ExportForm): string {
    const chosen = this.#profiles.filter((p) => ids.includes(p.id));
    return fakeExport(chosen, form);
  }
}
