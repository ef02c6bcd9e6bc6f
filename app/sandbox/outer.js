'use strict';
// Relays messages between the app's frame and the window, wrapped, so that the window can tell the app's words from
// this page's. What comes too fast ends here: the window's own work for a message is larger than this.
{
  const frame = document.querySelector('iframe');
  const host = window.parent;
  const perSecond = 400; // messages that are relayed; named to the user when it is hit
  let second = 0;
  let count = 0;
  let dropped = 0;
  window.addEventListener('message', (event) => {
    if (event.source === host) {
      frame.contentWindow.postMessage(event.data, '*');
      return;
    }
    if (event.source !== frame.contentWindow) return;
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      if (dropped > 0) host.postMessage({ sightglass: 'dropped', count: dropped, perSecond }, '*');
      second = now;
      count = 0;
      dropped = 0;
    }
    if (++count > perSecond) {
      if (++dropped === 1 || dropped % 1000 === 0) host.postMessage({ sightglass: 'dropped', count: dropped, perSecond, more: true }, '*');
      return;
    }
    host.postMessage({ sightglass: 'app', data: event.data }, '*');
  });
  let loads = 0;
  frame.addEventListener('load', () => host.postMessage({ sightglass: 'load', count: ++loads }, '*'));
  document.addEventListener('securitypolicyviolation', (event) => {
    host.postMessage({ sightglass: 'blocked', directive: event.effectiveDirective, blocked: event.blockedURI }, '*');
  });
}
