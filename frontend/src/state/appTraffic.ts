/** The traffic of the program and how its dock stands, over the one backend. */
import { backend } from '../backend';
import { Dock } from './dock.svelte';
import { hold } from './hold';
import { Traffic } from './traffic.svelte';

export function appTraffic(source = backend): { traffic: Traffic; dock: Dock } {
  return { traffic: new Traffic(source, hold), dock: new Dock() };
}
