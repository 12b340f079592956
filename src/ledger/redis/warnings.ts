import type { Client } from './client.ts';

/** Older ones are not tried. */
const oldestMajor = 7;

/** What Redis's settings may lose, in words for people; what it does not tell cannot be known, and that is said too. */
export async function redisWarnings(client: Client, waitReplicas: number): Promise<string[]> {
  const info = await infoOf(client);
  const appendonly = (await settingOf(client, 'appendonly')) ?? yesOrNo(info.get('aof_enabled'));
  const appendfsync = await settingOf(client, 'appendfsync');
  const policy = (await settingOf(client, 'maxmemory-policy')) ?? info.get('maxmemory_policy');
  return [
    aboutVersion(info.get('redis_version')),
    appendonly === 'yes' ? aboutFsync(appendfsync) : aboutAppendOnly(appendonly),
    aboutEviction(policy),
    aboutReplicas(Number(info.get('connected_slaves') ?? 0), waitReplicas),
  ].filter((words) => words !== undefined);
}

async function infoOf(client: Client): Promise<Map<string, string>> {
  const text = await undefinedIfRefused(client.info());
  return new Map(
    [...(text ?? '').matchAll(/^([^#:\r\n]+):([^\r\n]*)/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

async function settingOf(client: Client, name: string): Promise<string | undefined> {
  const answer = await undefinedIfRefused(client.config('GET', name));
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : undefined;
}

/** Managed services often forbid what asks about the server. */
async function undefinedIfRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}

function yesOrNo(flag: string | undefined): string | undefined {
  return flag === undefined ? undefined : flag === '1' ? 'yes' : 'no';
}

function aboutVersion(version: string | undefined): string | undefined {
  if (version === undefined)
    return 'Redis does not tell its version: it cannot be known whether it keeps what is promised.';
  if (Number.parseInt(version, 10) >= oldestMajor) return undefined;
  return `Redis is version ${version}, older than ${oldestMajor}: it was never tried, and may fail or lose deliveries.`;
}

function aboutAppendOnly(value: string | undefined): string {
  if (value === undefined) {
    return 'Redis does not tell whether it keeps an append-only file (appendonly): it cannot be known whether acknowledged deliveries survive its restart.';
  }
  return 'Redis keeps no append-only file (appendonly no): when it stops, acknowledged deliveries since its last snapshot may be lost. Set appendonly yes and appendfsync always.';
}

/** How much each may lose: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
function aboutFsync(value: string | undefined): string | undefined {
  if (value === 'always') return undefined;
  if (value === undefined) {
    return 'Redis does not tell when it writes to disk (appendfsync): it cannot be known whether acknowledged deliveries survive the death of its machine.';
  }
  const lost = value === 'everysec' ? 'the last second or two' : 'the last half minute or more';
  return `Redis does not write to disk before it answers (appendfsync ${value}): when its machine dies, deliveries acknowledged in ${lost} may be lost. Set appendfsync always.`;
}

/** `volatile-…` evicts only keys that expire; none of those holds anything that was acknowledged. */
function aboutEviction(policy: string | undefined): string | undefined {
  if (policy === undefined) {
    return 'Redis does not tell what it does when memory is full (maxmemory-policy): it cannot be known whether it drops acknowledged deliveries.';
  }
  if (!policy.startsWith('allkeys')) return undefined;
  return `Redis drops whatever it likes when memory is full (maxmemory-policy ${policy}): all that is kept may be lost. Set maxmemory-policy noeviction.`;
}

function aboutReplicas(replicas: number, waitReplicas: number): string | undefined {
  if (replicas === 0 || waitReplicas > 0) return undefined;
  return 'Redis has replicas and none is waited for: a failover may lose the last acknowledged deliveries. Set TOCSIN_REDIS_WAIT.';
}
