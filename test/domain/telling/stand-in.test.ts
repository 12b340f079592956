import { describe, expect, test } from 'vitest';
import { acknowledge, addStandIn } from '../../../src/domain/incident/people.ts';
import { freshIncident } from '../../../src/domain/incident/settle.ts';
import { owedFor } from '../../../src/domain/telling/owed.ts';
import { hour, owedIn, start, town } from '../town.ts';

const [bad, good] = [{ inboxRate: 0.5 }, { inboxRate: 0.9 }];
const ada = { by: 'ada', at: start + hour };

function lowTown() {
  const place = town({ on: ['test.completed'], when: { inboxRate: { $lt: 0.8 } }, key: 'k' });
  return { ...place, current: () => place.incidents.get('k') ?? freshIncident('k') };
}

describe('who stands in', () => {
  const standIn = { address: 'slack:C2', destination: 'other', standsInFor: 'pager' };

  test('is rung, and told the end; nobody else is told of it', () => {
    const { happens, current, incidents } = lowTown();
    happens(bad);
    const acknowledged = acknowledge(current(), ada);
    if (typeof acknowledged !== 'string') incidents.set('k', acknowledged.incident);
    const rung = addStandIn(current(), standIn);
    expect(rung?.incident).toMatchObject({ revision: 3, rung: [{ address: 'slack:C1' }, standIn] });
    expect(rung?.episode).toMatchObject({
      revision: 2,
      acknowledged: ada,
      standIns: [{ address: 'slack:C2', standsInFor: 'pager' }],
    });
    if (!rung) return;
    const owed = owedFor({ change: 'updated', episode: rung.episode, joined: [standIn] }, [standIn]);
    expect(owed).toMatchObject([{ what: 'open', owed: { address: 'slack:C2', revision: 2 } }]);
    incidents.set('k', rung.incident);
    const end = happens(good);
    expect(owedIn(end)).toEqual(['end slack', 'end other']);
    expect(end.episodes[0]?.standIns).toHaveLength(1);
  });

  test('is not rung twice, and not for what is over', () => {
    const { happens, current } = lowTown();
    expect(addStandIn(current(), standIn)).toBeUndefined();
    happens(bad);
    expect(addStandIn(current(), { ...standIn, address: 'slack:C1' })).toBeUndefined();
    const rung = addStandIn(current(), standIn);
    expect(rung && addStandIn(rung.incident, standIn)).toBeUndefined();
    happens(good);
    expect(addStandIn(current(), standIn)).toBeUndefined();
  });
});
