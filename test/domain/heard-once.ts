import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Happening } from './town.ts';
import { town } from './town.ts';

export const daily = { id: 'daily', on: ['test.completed'], absent: { for: '26h' }, key: 'alive:{{ domain }}' };
export const key = 'alive:a.example';
export const test1: Happening = { type: 'test.completed', domain: 'a.example', inboxRate: 0.9 };
export const hours = (count: number) => count * 60;

/** A town where it was heard at the start. */
export function heardOnce(...rules: Record<string, unknown>[]) {
  const place = town(...(rules.length > 0 ? rules : [daily]));
  const routing = place.happens({ ...test1, at: 0 });
  const at = (): Incident => {
    const incident = place.incidents.get(key);
    if (!incident) throw new Error('nothing is kept');
    return incident;
  };
  return { ...place, routing, incident: at };
}
