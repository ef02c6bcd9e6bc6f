import { cleanup, configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';

// Two cores shared with the Go tests, and a host that is starved at times: a slow machine is not a failure.
configure({ asyncUtilTimeout: 60_000 });

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  localStorage.clear();
});
