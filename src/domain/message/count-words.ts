/** `1 rule`, `2 rules`: so many of what is named by its singular. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
