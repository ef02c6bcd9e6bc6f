/** The view of the Skills extension, one late part. */
import type { Views } from './connection/tabs';
import SkillsView from './skills/SkillsView.svelte';

export const views = { skills: SkillsView } satisfies Views;
