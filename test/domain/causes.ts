import type { Cause } from '../../src/domain/incident/incident.ts';

export function aCause(over: Partial<Cause> = {}): Cause {
  return {
    rule: 'inbox-rate-low',
    source: 'inbox-check',
    fingerprint: 'f',
    order: 0,
    firing: false,
    severity: 'warning',
    ring: [],
    heardAt: 0,
    ...over,
  };
}
