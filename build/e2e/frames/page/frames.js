// Opens one frame of each kind, waits until all have run, and reports.
const bridge = window.go.main.Bridge;
const attack = await (await fetch('/attack.js')).text();
const origin = await bridge.Origin();

const page = (kind) => `<!doctype html><script>window.attackKind = ${JSON.stringify(kind)};\n${attack}</script>`;
const sandbox = 'allow-scripts';
const frames = {
  srcdoc: (f, kind) => ((f.sandbox = sandbox), (f.srcdoc = page(kind))),
  'srcdoc without sandbox': (f, kind) => (f.srcdoc = page(kind)),
  blob: (f, kind) => ((f.sandbox = sandbox), (f.src = URL.createObjectURL(new Blob([page(kind)], { type: 'text/html' })))),
  data: (f, kind) => ((f.sandbox = sandbox), (f.src = 'data:text/html,' + encodeURIComponent(page(kind)))),
  policy: (f, kind) => (f.src = `/served?policy&kind=${kind}`),
  'other host': (f, kind) => (f.src = `wails://other/served?kind=${encodeURIComponent(kind)}`),
  http: (f, kind) => (f.src = `${origin}/?nest&kind=${kind}`),
  'http in a sandbox': (f, kind) => ((f.sandbox = sandbox), (f.src = `${origin}/?kind=${encodeURIComponent(kind)}`)),
};
const expected = [...Object.keys(frames), 'http-nested'];
const found = {};

window.addEventListener('message', (event) => {
  found[event.data.kind] = event.data.found;
  if (expected.every((kind) => kind in found)) setTimeout(report, 1000); // for calls that are still on their way
});

let reported = false;
async function report() {
  if (reported) return;
  reported = true;
  await bridge.Touch('top'); // the page itself can
  await bridge.Done(found);
}

for (const [kind, open] of Object.entries(frames)) {
  const frame = document.createElement('iframe');
  open(frame, kind);
  document.body.append(frame);
}
