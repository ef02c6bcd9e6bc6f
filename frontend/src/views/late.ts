/** The parts of the window that its start does not wait for. */
import { Late } from '../state/late.svelte';

export const connectedViews = new Late(() => import('./connected'));
export const signInView = new Late(async () => (await import('./signin/SignInView.svelte')).default);
export const offerViews = new Late(() => import('./offers'));
export const inspectViews = new Late(() => import('./inspect'));
export const appViews = new Late(() => import('./apps'));
export const taskViews = new Late(() => import('./tasks'));
export const streamViews = new Late(() => import('./streams'));
export const callViews = new Late(() => import('./calls'));
export const skillViews = new Late(() => import('./skills'));
export const trafficDetail = new Late(async () => (await import('./traffic/TrafficDetail.svelte')).default);
export const resultTab = new Late(async () => (await import('./traffic/ResultTab.svelte')).default);
export const capturesDialog = new Late(async () => (await import('./captures/CapturesDialog.svelte')).default);
/** The list below the filter, and its chips. */
export const filterViews = new Late(() => import('./filter'));
export const savedFilters = new Late(async () => (await import('./traffic/SavedFilters.svelte')).default);
export const driftViews = new Late(() => import('./drift'));
export const exportViews = new Late(() => import('./export'));
export const compareViews = new Late(() => import('./compare'));
export const timelineViews = new Late(() => import('./timeline'));
export const dialogs = new Late(async () => (await import('./shell/Dialogs.svelte')).default);

/** Loads them, in the order they are likely to be wanted. */
export async function loadLate(): Promise<void> {
  for (const part of [
    connectedViews,
    inspectViews,
    signInView,
    offerViews,
    trafficDetail,
    timelineViews,
    resultTab,
    filterViews,
    savedFilters,
    capturesDialog,
    dialogs,
    compareViews,
    driftViews,
    exportViews,
    taskViews,
    appViews,
    streamViews,
    skillViews,
    callViews,
  ])
    await part.load();
}
