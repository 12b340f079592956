import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';

describe('the environment', () => {
  test('that says nothing means the defaults', () => {
    expect(readEnvironment({})).toEqual({
      ok: true,
      environment: {
        PORT: 3000,
        HOST: '0.0.0.0',
        TOCSIN_REDIS_WAIT: 0,
        LOG_LEVEL: 'info',
        SLACK_API_URL: 'https://slack.com/api/',
      },
    });
  });

  test('is taken as it is set', () => {
    const variables = {
      PORT: '8080',
      HOST: '127.0.0.1',
      TOCSIN_RULES: 'my.json',
      TOCSIN_DATA: '/var/lib/tocsin.db',
      REDIS_URL: 'redis://127.0.0.1:6379',
      TOCSIN_REDIS_WAIT: '2',
      LOG_LEVEL: 'debug',
      SLACK_API_URL: 'http://127.0.0.1:9000/api/',
      TOCSIN_PUBLIC_URL: 'https://hooks.example.com',
      PD_API_TOKEN: 'made-up',
      SLACK_SIGNING_SECRET: 'made-up-too',
      SLACK_APP_TOKEN: 'xapp-made-up',
    };
    expect(readEnvironment({ ...variables, ANOTHER: 'x' })).toEqual({
      ok: true,
      environment: { ...variables, PORT: 8080, TOCSIN_REDIS_WAIT: 2 },
    });
  });

  test.each([
    ...['PORT', 'HOST', 'REDIS_URL', 'LOG_LEVEL', 'TOCSIN_REDIS_WAIT', 'TOCSIN_PUBLIC_URL', 'PD_API_TOKEN'],
    ...['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'],
  ])('in which %s is empty is as if it were not set', (name) => {
    expect(readEnvironment({ [name]: '' })).toEqual(readEnvironment({}));
    expect(readEnvironment({ [name]: ' ' })).toEqual(readEnvironment({}));
  });

  test('with faults says each by the name of its variable and without its value', () => {
    const read = readEnvironment({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      SLACK_APP_TOKEN: 'xoxb-a-bot',
      TOCSIN_REDIS_WAIT: '-1',
      SLACK_API_URL: 'slack.example.com',
      TOCSIN_PUBLIC_URL: 'ftp://hooks.example.com',
    });
    expect(read).toMatchObject({ ok: false });
    const problems = read.ok ? [] : read.problems;
    expect(problems.map(({ path }) => path)).toEqual([
      'PORT',
      'TOCSIN_REDIS_WAIT',
      'LOG_LEVEL',
      'SLACK_APP_TOKEN',
      'SLACK_API_URL',
      'TOCSIN_PUBLIC_URL',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/loud|xoxb|slack\.example|ftp:|http"/);
  });

  test.each(['65536', '-1', '80.5', 'NaN', '1e9'])('%s is no port', (PORT) => {
    expect(readEnvironment({ PORT })).toMatchObject({ ok: false, problems: [{ path: 'PORT' }] });
  });
});
