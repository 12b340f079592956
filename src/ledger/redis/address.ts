/** Where Redis is: one server, Sentinels that know it, or a Cluster. */
export type RedisAddress = {
  kind: 'server' | 'sentinel' | 'cluster';
  hosts: { host: string; port: number }[];
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** The number of the database; a Cluster has only 0. */
  db: number;
  /** The name the Sentinels know the master by. */
  master: string;
};

const shape = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/;

/**
 * Reads `redis://`, and `rediss://` for TLS, with optional `user:password@`, percent-encoded:
 * - `redis://host:6379/0`
 * - `redis+sentinel://host1:26379,host2:26379/master-name/0`; the Sentinels themselves are asked without a password
 * - `redis+cluster://host1:6379,host2:6379`
 *
 * `undefined` when it is none of these.
 */
export function readRedisUrl(url: string): RedisAddress | undefined {
  const [, scheme, mode, user, hosts = '', path = ''] = shape.exec(url) ?? [];
  if (!scheme) return undefined;
  const kind = mode === 'sentinel' || mode === 'cluster' ? mode : 'server';
  const [master, db] = kind === 'sentinel' ? path.split('/') : ['', path];
  const found = hosts.split(',').map((each) => readHost(each, kind === 'sentinel' ? 26_379 : 6_379));
  const known = found.filter((each) => each !== undefined);
  if (known.length < found.length || (kind === 'server' && known.length > 1)) return undefined;
  if ((kind === 'sentinel' && !master) || !/^\d*$/.test(db ?? '')) return undefined;
  return { kind, hosts: known, tls: scheme === 'rediss', ...readUser(user), db: Number(db ?? 0), master: master ?? '' };
}

/** The hosts, for people: without user and password. */
export function hostsOf(address: RedisAddress): string {
  return address.hosts
    .map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`))
    .join(', ');
}

function readHost(text: string, defaultPort: number): { host: string; port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? undefined : { host, port: port === undefined ? defaultPort : Number(port) };
}

function readUser(text: string | undefined): Pick<RedisAddress, 'username' | 'password'> {
  const [, username, password] = /^([^:]*)(?::(.*))?$/s.exec(text ?? '') ?? [];
  return { username: decoded(username), password: decoded(password) };
}

/** A stray `%` in a password is taken as it stands. */
function decoded(text: string | undefined): string | undefined {
  if (!text) return undefined;
  return text.replace(/%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2})*/g, (part) => decodeURIComponent(part));
}
