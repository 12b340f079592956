import type { Problem } from '../domain/filter/filter.ts';

/** As they stand in the file, each once, with the line of the path or of the nearest thing around it. */
export function inOrder(problems: Problem[], lines: ReadonlyMap<string, number>): Problem[] {
  const placed = problems.map((problem) => ({ ...problem, line: lineOf(problem.path, lines) }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const told = placed.map(({ path, message, line }) => ({
    path: line === undefined ? path : `${path} (line ${line})`,
    message,
  }));
  return told.filter(
    (each, i) => told.findIndex((other) => other.path === each.path && other.message === each.message) === i,
  );
}

function lineOf(path: string, lines: ReadonlyMap<string, number>): number | undefined {
  let at = path;
  while (at !== '' && !lines.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.'), at.lastIndexOf('[')));
  return at === '' ? undefined : lines.get(at);
}
