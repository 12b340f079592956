import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isResponseAddress } from '../../src/slack-app/response-address.ts';
import { postSigned } from './slack-person.ts';
import { openSlackTown, signingSecret } from './slack-town.ts';

const slackApi = 'https://slack.com/api/';
const proxy = 'http://proxy.internal:9000/api/';

test.each([
  ['https://hooks.slack.com/actions/T1/2/3', slackApi, true],
  ['https://hooks.slack-gov.com/actions/T1/2/3', slackApi, true],
  ['https://hooks.slack.com/actions/T1/2/3', proxy, true],
  ['http://proxy.internal/actions', proxy, true],
  ['https://proxy.internal:8443/actions', proxy, true],
  ['http://hooks.slack.com/actions', slackApi, false],
  ['http://slack.com/actions', slackApi, false],
  ['https://hooks.slack.com.example/actions', slackApi, false],
  ['https://notslack.com/actions', slackApi, false],
  ['https://hooks.slack.com@example.com/actions', slackApi, false],
  ['http://proxy.internal/actions', slackApi, false],
  ['ftp://proxy.internal/actions', proxy, false],
  ['http://169.254.169.254/latest/meta-data', proxy, false],
  ['nowhere', slackApi, false],
  ['', slackApi, false],
])('people at %s, with the API at %s: %j', (address, apiUrl, isOne) => {
  expect(isResponseAddress(address, apiUrl)).toBe(isOne);
});

test('a press that names another address counts, is answered to nobody, and the log has the host alone', async () => {
  const calls: unknown[] = [];
  const inner = createServer((request, response) => {
    calls.push(request.url);
    response.end('ok');
  });
  await new Promise<void>((resolve) => inner.listen(0, resolve));
  onTestFinished(() => void inner.close());
  const { port } = inner.address() as AddressInfo;
  const town = await openSlackTown();
  await town.rings();
  const person = town.person({ id: 'UADA', name: 'ada' });
  const { payload } = await person.press('Why?');
  await expect.poll(() => person.alone()).toHaveLength(1);
  const response_url = `http://localhost:${port}/internal/admin?token=secret`;
  const pressed = { ...payload, trigger_id: 'another', response_url };
  const body = new URLSearchParams({ payload: JSON.stringify(pressed) }).toString();
  expect(await postSigned(town.service.port, body, { secret: signingSecret })).toMatchObject({ status: 200 });
  const unsaid = () => town.lines.filter((line) => line.msg === 'slack-app.unsaid');
  await expect.poll(unsaid).toMatchObject([{ level: 40, host: `localhost:${port}` }]);
  expect(JSON.stringify(unsaid())).not.toContain('internal');
  expect(calls).toEqual([]);
  expect(person.alone()).toHaveLength(1);
});
