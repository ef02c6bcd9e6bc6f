/** The traffic of the program and how its dock stands, over the one backend. */
import { backend } from '../backend';
import { Captures } from './captures.svelte';
import { Dock } from './dock.svelte';
import { hold } from './hold';
import { Traffic } from './traffic.svelte';

export function appTraffic(source = backend): { traffic: Traffic; captures: Captures; dock: Dock } {
  return { traffic: new Traffic(source, hold), captures: new Captures(source), dock: new Dock() };
}
