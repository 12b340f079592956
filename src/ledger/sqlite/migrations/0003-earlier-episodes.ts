/** What is left of a key's earlier episodes is found without going through all of them; most are settled. */
export const earlierEpisodes = `
  CREATE INDEX notifications_standing ON notifications (key, address, number)
    WHERE own_key = 0 AND (state IN ('due', 'waiting') OR (state = 'dead' AND told ->> '$.opened' <> 'no'));
  CREATE INDEX notifications_rooted ON notifications (key, address, number)
    WHERE told ->> '$.parts[0].ref' IS NOT NULL;
`;
