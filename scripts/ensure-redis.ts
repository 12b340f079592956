import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The tests run on a real redis-server: looks for one, and installs it where that may be done without asking. */

const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

const succeeds = (command: string, ...args: string[]) =>
  spawnSync(command, args, { env, stdio: 'ignore' }).status === 0;

const isThere = () => spawnSync('redis-server', ['--version']).status === 0;

/** Nothing to type in, nothing to confirm: no `sudo`. */
function install(): boolean {
  if (process.platform === 'darwin') return succeeds('brew', 'install', '--quiet', 'redis');
  const mayInstall = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  return (
    mayInstall && succeeds('apt-get', 'update', '-qq') && succeeds('apt-get', 'install', '-qq', '-y', 'redis-server')
  );
}

function howToInstall(): string {
  if (process.platform === 'darwin') return 'brew install redis';
  if (existsSync('/usr/bin/apt-get')) return 'sudo apt-get install redis-server';
  return 'install Redis 7 or newer with your package manager';
}

if (!isThere() && !(install() && isThere())) {
  process.stderr.write(`The tests need redis-server on the PATH: ${howToInstall()}\n`);
  process.exitCode = 1;
}
