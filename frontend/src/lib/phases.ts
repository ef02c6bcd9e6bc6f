import { assertNever } from './assertNever';

/** The phases of a connection, as app/core names them. */
export type PhaseName = 'disconnected' | 'connecting' | 'connected' | 'refused' | 'failed' | 'closing';

/** A phase as it is named to people. */
export function phaseLabel(phase: PhaseName): string {
  switch (phase) {
    case 'disconnected':
      return 'Not connected';
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return 'Connected';
    case 'refused':
      return 'Refused';
    case 'failed':
      return 'Failed';
    case 'closing':
      return 'Disconnecting';
    default:
      return assertNever(phase);
  }
}
