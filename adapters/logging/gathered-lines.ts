import { pino, type DestinationStream } from 'pino';

/** A line is out this soon. A process that is killed, or whose memory is spent, takes so much of its log with it. */
const GATHER_MS = 100;
/** Written before that when there is more. */
const GATHERED_MAX_BYTES = 16_000;
/** As pino counts levels. */
const ERROR = 50;

/** pino tells of each line how bad it is. */
type LeveledStream = DestinationStream & { readonly [pino.symbols.needsMetadataGsym]: true; lastLevel: number };

/** Keeps what it is given, and writes it from time to time, or now. */
interface Gathering extends DestinationStream {
  flush(): void;
}

/** An error is written at once, with what was logged before it. */
export function promptErrors(out: Gathering): DestinationStream {
  const lines: LeveledStream = {
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write: (line) => {
      out.write(line);
      if (lines.lastLevel >= ERROR) out.flush();
    },
  };
  return lines;
}

/**
 * Lines written together on the standard output, in the order in which they were logged: to write costs a busy process more than to make the line, since
 * it wakes another thread, and that the log's reader. A slow reader holds up nobody; however the process ends, unless it is killed, pino writes the rest.
 */
export function gatheredStdout(): DestinationStream {
  return promptErrors(
    pino.destination({ dest: 1, sync: false, minLength: GATHERED_MAX_BYTES, periodicFlush: GATHER_MS }),
  );
}
