import { stat } from 'node:fs/promises';

/**
 * A look at files: whether any of them may have changed since the look before. By `stat`, which follows links and asks
 * the file system anew: an edit in place, another file under the name, a turned link (as of a ConfigMap) and a single
 * mounted file are all seen, while events of the file system miss one or the other.
 */
export function fileChanges(): (paths: readonly string[]) => Promise<boolean> {
  let seen = new Map<string, string>();
  let changedBefore = false;
  return async (paths) => {
    const now = new Map<string, string>();
    for (const path of paths) now.set(path, await standOf(path));
    const changed = [...now].some(([path, stand]) => seen.get(path) !== stand);
    seen = now;
    // A second write within the grain of the file system's clock leaves no trace: after a change, look once more.
    const answer = changed || changedBefore;
    changedBefore = changed;
    return answer;
  };
}

async function standOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs, mode].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
