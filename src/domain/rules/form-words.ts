/** What a schema says of what is of another kind altogether: an example. */
export function formOf(form: string) {
  return ({ code }: { code?: string }) => (code === 'invalid_type' ? `takes an object such as ${form}` : undefined);
}
