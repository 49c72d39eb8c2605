import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

/** What `package.json` and `host.json` of a Functions app say, as far as this host follows it. */
export interface AppManifest {
  /** Absolute paths, in the order they are loaded. */
  readonly entryPoints: readonly string[];
  /** Without slashes around it; may be empty. */
  readonly routePrefix: string;
  /** An invocation that takes longer costs the worker its life. */
  readonly functionTimeoutMs: number;
  readonly queues: QueueSettings;
}

/** `extensions.queues` of host.json. */
export interface QueueSettings {
  readonly messageEncoding: 'base64' | 'none';
  readonly maxPollingIntervalMs: number;
  /** How long a message whose function failed stays out of sight. */
  readonly visibilityTimeoutMs: number;
  readonly maxDequeueCount: number;
  readonly batchSize: number;
}

/** The app folder is not one that can be run; the message is for a person. */
export class AppFolderError extends Error {
  override readonly name = 'AppFolderError';
}

/** `[d.]hh:mm:ss[.fff]`, or a number of milliseconds, to milliseconds. */
const timeSpan = z.union([z.number().min(0), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const match = /^(?:(\d{1,3})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,7})?)$/.exec(value);
  if (!match) {
    context.addIssue({ code: 'custom', message: 'expected a time span such as "00:00:02"' });
    return z.NEVER;
  }
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part || 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000);
});

/** Defaults are those of the real host (host.json reference, Functions 4.x). */
const hostFile = z.object({
  version: z.literal('2.0'),
  functionTimeout: timeSpan.prefault('00:05:00'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: z
        .object({
          messageEncoding: z.enum(['base64', 'none']).default('base64'),
          maxPollingInterval: timeSpan.prefault('00:01:00'),
          visibilityTimeout: timeSpan.prefault('00:00:00'),
          maxDequeueCount: z.number().int().min(1).default(5),
          batchSize: z.number().int().min(1).max(32).default(16),
        })
        .prefault({}),
    })
    .prefault({}),
});

const packageFile = z.object({ main: z.string().min(1) });

/** Reads an app folder. Throws `AppFolderError`. */
export async function readAppManifest(folder: string): Promise<AppManifest> {
  const { main } = await readJson(path.join(folder, 'package.json'), packageFile);
  const host = await readJson(path.join(folder, 'host.json'), hostFile);
  const entryPoints: string[] = [];
  for await (const file of glob(main, { cwd: folder })) entryPoints.push(path.resolve(folder, file));
  if (entryPoints.length === 0) {
    throw new AppFolderError(`no file matches "main" of ${path.join(folder, 'package.json')}: ${main} (npm run build)`);
  }
  const { http, queues } = host.extensions;
  return {
    entryPoints: entryPoints.sort(),
    routePrefix: http.routePrefix.replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs: host.functionTimeout,
    queues: {
      messageEncoding: queues.messageEncoding,
      maxPollingIntervalMs: Math.max(MIN_POLLING_INTERVAL_MS, queues.maxPollingInterval),
      visibilityTimeoutMs: queues.visibilityTimeout,
      maxDequeueCount: queues.maxDequeueCount,
      batchSize: queues.batchSize,
    },
  };
}

/** As in the real host. */
export const MIN_POLLING_INTERVAL_MS = 100;

async function readJson<Shape extends z.ZodType>(file: string, shape: Shape): Promise<z.infer<Shape>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new AppFolderError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
  const parsed = shape.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new AppFolderError(`${file}:\n${z.prettifyError(parsed.error)}`);
}
