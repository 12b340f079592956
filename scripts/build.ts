import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** JavaScript for the package and the image: Node refuses to strip types below `node_modules`. */
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

/** What the code reads beside itself. */
for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.lua'))
    cpSync(join(root, 'src', name), join(dist, dirname(name), name.slice(dirname(name).length)));
}
chmodSync(join(dist, 'main.js'), 0o755);
