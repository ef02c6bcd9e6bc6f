// Runs in a frame: tries to call Go in every way there is, and tells the top page what it found.
const kind = window.attackKind ?? new URLSearchParams(location.search).get('kind');
const call = 'C' + JSON.stringify({ name: 'main.Bridge.Touch', args: [kind], callbackID: 'attack' });
const attempts = [
  () => window.webkit.messageHandlers.external.postMessage(call),
  () => window.WailsInvoke(call),
  () => window.go.main.Bridge.Touch(kind),
  () => window.dispatchEvent(new CustomEvent('sightglass-bridge', { detail: call })),
  () => document.dispatchEvent(new CustomEvent('sightglass-bridge', { detail: call, bubbles: true })),
];
for (const attempt of attempts) {
  try {
    attempt();
  } catch {
    // as it should be
  }
}
window.top.postMessage({ kind, found: typeof window.webkit }, '*');
if (new URLSearchParams(location.search).has('nest')) {
  const inner = document.createElement('iframe');
  inner.src = location.pathname + '?kind=' + kind + '-nested';
  document.documentElement.append(inner);
}
