import type { core } from '../../wailsjs/go/models';
import * as Inspect from '../../wailsjs/go/app/Inspect';
import type { FetchApi } from './fetch';
import type { InspectBackend } from './inspect';
import { keychain, plain, settle, unlimited } from './settle';

/** The part of the backend that looks at connections, over the bridge. */
export function wailsInspect(api: FetchApi): InspectBackend {
  return {
    overview: (profile, signal) => api.json<core.Overview>('overview', { profile }, signal),
    ping: (id) => settle('ping', unlimited, Inspect.Ping(id)),
    checkServed: (id, undeclared) => settle('check what is served', unlimited, Inspect.Check(id, undeclared)),
    stopCheck: (id) => settle('stop the check', plain, Inspect.StopCheck(id)),
    logs: (log, signal) => api.json<core.LogPage>('logs', { log }, signal),
    setLogLevel: (id, level) => settle('set the log level', keychain, Inspect.SetLogLevel(id, level)),
    saveLog: (input) => settle('save the log', unlimited, Inspect.SaveLog(input)),
    icon: (icon) => api.json<core.IconImage>('icon', { icon }, undefined, unlimited),
    listChanges: (profile, text) => api.json<core.ListChanges>('changes', { profile, text }),
    dismissChanges: (id, of) => settle('dismiss the changes', plain, Inspect.DismissChanges(id, of)),
  };
}
