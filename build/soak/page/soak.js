// The load: calls of 100 KB and of 1 KB, several of each under way at any time, fetches, and every event acknowledged.
const bridge = window.go.main.Bridge;
const ackEvery = 25;
const count = document.querySelector('#count');

let calls = 0;
let events = 0;

window.runtime.EventsOn('event', () => {
  events += 1;
  if (events % ackEvery === 0) void bridge.Ack(events);
});

function show() {
  if (calls % 100 === 0) count.textContent = `${calls} calls, ${events} events`;
}

async function call(size) {
  const text = 'x'.repeat(size - 8);
  for (;;) {
    const sent = text + String(calls).padStart(8, '0');
    calls += 1;
    const got = await bridge.Echo(sent);
    if (got !== sent) throw new Error(`call ${calls}: the answer differs`);
    show();
  }
}

async function fetchBodies(size) {
  const body = 'x'.repeat(size);
  for (;;) {
    const answer = await fetch('/api/echo', { method: 'POST', body });
    const got = await answer.text();
    if (got !== body) throw new Error('a fetched body differs');
  }
}

void bridge.Ready();
for (let i = 0; i < 8; i += 1) void call(1000);
for (let i = 0; i < 4; i += 1) void call(100_000);
for (let i = 0; i < 1; i += 1) void fetchBodies(20_000);
