/**
 * Whether the whole text is as the pattern says: `*` stands for anything or nothing, `?` for one character, everything
 * else for itself. Steps at most as many as the text is long times the pattern: no pattern makes it hang.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const wanted = [...pattern];
  return (text) => {
    const given = [...text];
    let at = 0;
    let want = 0;
    let star = -1;
    let afterStar = 0;
    while (at < given.length) {
      if (wanted[want] === '*') {
        star = want;
        afterStar = at;
        want += 1;
      } else if (wanted[want] === '?' || wanted[want] === given[at]) {
        at += 1;
        want += 1;
      } else if (star >= 0) {
        afterStar += 1;
        at = afterStar;
        want = star + 1;
      } else return false;
    }
    return wanted.slice(want).every((each) => each === '*');
  };
}
