/** Several of one kind, each lent to one user at a time. */
export interface SideBySide<Member> {
  /** Waits for one that is free, and has it until the work is over. */
  use<Result>(work: (member: Member) => Promise<Result>): Promise<Result>;
  /** Stops them all. */
  stop(): Promise<void>;
}

/** Starts them one after the other. Rejects with the reason of the first that does not start; then none is left running. */
export async function sideBySide<Member extends { stop(): Promise<void> }>(
  count: number,
  start: () => Promise<Member>,
): Promise<SideBySide<Member>> {
  const members: Member[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  try {
    while (members.length < count) members.push(await start());
  } catch (error) {
    await stop();
    throw error;
  }
  const free = [...members];
  const waiting: ((member: Member) => void)[] = [];
  const take = (): Promise<Member> => {
    const member = free.pop();
    return member === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(member);
  };
  const giveBack = (member: Member): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(member);
    else next(member);
  };
  return {
    use: async (work) => {
      const member = await take();
      try {
        return await work(member);
      } finally {
        giveBack(member);
      }
    },
    stop,
  };
}
