/** The elements of a list two by two, as Redis answers names and values by turns. */
export function pairsOf<T>(list: T[]): [T, T][] {
  return list.flatMap((first, i): [T, T][] => {
    const second = list[i + 1];
    return i % 2 === 0 && second !== undefined ? [[first, second]] : [];
  });
}
