import type { McpUiHostCapabilities, McpUiHostContext } from '@modelcontextprotocol/ext-apps/app-bridge';
import type { core } from '../backend';
import { hostStyles } from '../lib/hostStyles';

/** What an app is told of the window it stands in (MCP Apps 2026-01-26, host context). Sizes are CSS pixels. */
export function hostContext(
  toolRaw: string,
  version: string,
  mode: 'inline' | 'fullscreen',
  width: number,
  height: number,
  maxHeight: number,
): McpUiHostContext {
  const look = getComputedStyle(document.documentElement);
  return {
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
    styles: { variables: hostStyles((name) => look.getPropertyValue(name)) },
    displayMode: mode,
    availableDisplayModes: ['inline', 'fullscreen'],
    containerDimensions: mode === 'fullscreen' ? { width, height } : { width, maxHeight },
    locale: locale(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    userAgent: `Sightglass/${version}`,
    platform: 'desktop',
    deviceCapabilities: { touch: navigator.maxTouchPoints > 0, hover: matchMedia('(hover: hover)').matches },
    ...toolInfo(toolRaw),
  };
}

/** The user's language as BCP 47 has it: a system without one may call it C. */
function locale(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? 'en';
  } catch {
    return Intl.DateTimeFormat().resolvedOptions().locale;
  }
}

function toolInfo(raw: string): Pick<McpUiHostContext, 'toolInfo'> {
  try {
    return { toolInfo: { tool: JSON.parse(raw) as never } };
  } catch {
    return {};
  }
}

/**
 * What the window does for an app. What it leaves out is optional for a host (MCP Apps 2026-01-26, HostCapabilities), and
 * an app that sees it missing does without: `sampling`, since a question of an app has no place in the inbox yet, whose
 * questions belong to a server; `listChanged` of tools and resources, since the connection tells that a list has changed,
 * not each time that it does.
 */
export function capabilities(app: core.App): McpUiHostCapabilities {
  const content = { text: {}, image: {}, audio: {}, resource: {}, resourceLink: {}, structuredContent: {} };
  return {
    openLinks: {},
    downloadFile: {},
    serverTools: {},
    serverResources: {},
    logging: {},
    message: content,
    updateModelContext: content,
    sandbox: { permissions: Object.fromEntries(app.granted.map((name) => [name, {}])) },
  };
}
