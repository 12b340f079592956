import { expect, test } from 'vitest';
import { openMetrics } from '../../src/runtime/metrics.ts';

test('counts by label', async () => {
  const metrics = openMetrics();
  const count = metrics.counter({ name: 'things_total', help: 'Things.', labels: ['kind'] });
  count({ kind: 'a' });
  count({ kind: 'a' });
  count({ kind: 'b "quoted"\n' });
  const text = await metrics.text();
  expect(text).toContain('# TYPE things_total counter');
  expect(text).toContain('things_total{kind="a"} 2');
  expect(text).toContain('things_total{kind="b \\"quoted\\"\\n"} 1');
});

test('keeps a value that is set when somebody looks', async () => {
  const metrics = openMetrics();
  const set = metrics.gauge({ name: 'depth', help: 'Depth.', labels: [] });
  set({}, 5);
  set({}, 3);
  expect(await metrics.text()).toContain('depth 3');
});

test('tells of the process too', async () => {
  expect(await openMetrics().text()).toMatch(/process_cpu_seconds_total|nodejs_eventloop_lag_seconds/);
});

test('two of them keep apart what they count', async () => {
  const [one, two] = [openMetrics(), openMetrics()];
  one.counter({ name: 'things_total', help: 'Things.', labels: [] })({});
  two.counter({ name: 'things_total', help: 'Things.', labels: [] });
  expect(await one.text()).toContain('things_total 1');
  expect(await two.text()).toContain('things_total 0');
});
