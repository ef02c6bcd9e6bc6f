/** The phases of an exchange in microseconds, as app/wire tells them. */
export interface Phases {
  dns: number;
  connect: number;
  tls: number;
  wait: number;
  transfer: number;
  total: number;
}

/** One phase, with its place on a bar: both in percent of the whole. */
export interface Bar {
  id: 'dns' | 'connect' | 'tls' | 'other' | 'wait' | 'transfer';
  label: string;
  title: string;
  us: number;
  start: number;
  width: number;
}

/**
 * The phases of an exchange one after the other. What the phases leave of the whole (waiting for a connection,
 * writing the request) stands before the answer is waited for; phases that did not happen are left out.
 */
export function timingBars(t: Phases): Bar[] {
  const sum = t.dns + t.connect + t.tls + t.wait + t.transfer;
  const whole = Math.max(t.total, sum);
  if (whole <= 0) return [];
  const phases: Omit<Bar, 'start' | 'width'>[] = [
    { id: 'dns', label: 'DNS', title: 'Looking up the host name', us: t.dns },
    { id: 'connect', label: 'Connect', title: 'Opening the TCP connection', us: t.connect },
    { id: 'tls', label: 'TLS', title: 'TLS handshake', us: t.tls },
    { id: 'other', label: 'Send', title: 'Getting a connection and writing the request', us: Math.max(0, whole - sum) },
    { id: 'wait', label: 'Wait', title: 'From the last byte of the request to the first of the answer', us: t.wait },
    { id: 'transfer', label: 'Transfer', title: 'From the first to the last byte of the answer', us: t.transfer },
  ];
  let at = 0;
  return phases.flatMap((phase) => {
    if (phase.us <= 0) return [];
    const bar = { ...phase, start: (at / whole) * 100, width: (phase.us / whole) * 100 };
    at += phase.us;
    return [bar];
  });
}
