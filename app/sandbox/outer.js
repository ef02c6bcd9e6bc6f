'use strict';
// Relays messages between the app's frame and the window, wrapped, so that the window can tell the app's words from
// this page's. What comes too fast ends here: the window's own work for a message is larger than this.
{
  const frame = document.querySelector('iframe');
  const host = window.parent;
  const perSecond = 200; // messages that are relayed; named to the user when it is hit
  let second = 0;
  let count = 0;
  let untold = 0; // messages that were dropped since the window was last told
  const tell = () => {
    host.postMessage({ sightglass: 'dropped', count: untold, perSecond }, '*');
    untold = 0;
  };
  window.addEventListener('message', (event) => {
    if (event.source === host) {
      frame.contentWindow.postMessage(event.data, '*');
      return;
    }
    if (event.source !== frame.contentWindow) return;
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, count] = [now, 0];
    if (++count <= perSecond) host.postMessage({ sightglass: 'app', data: event.data }, '*');
    else if (++untold === 1000 || count === perSecond + 1) tell();
  });
  let loads = 0;
  frame.addEventListener('load', () => host.postMessage({ sightglass: 'load', count: ++loads }, '*'));
  document.addEventListener('securitypolicyviolation', (event) => {
    host.postMessage({ sightglass: 'blocked', directive: event.effectiveDirective, blocked: event.blockedURI }, '*');
  });
}
