/** How the commands end. fine: done, or as it should be. found: something is not as it should be, or it could not be done. usage: the command line is wrong. */
export const EXIT = { fine: 0, found: 1, usage: 2 } as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
