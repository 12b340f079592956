/** A leaf that matched and compares: why a rule tripped, for people. */
export type Tripped = { path: string; op: string; expected: unknown; actual: unknown };
