import * as z from 'zod';

/** Thrown by `loadConfig`; its message names every wrong setting at once and is meant for a person. */
class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function readSettings<Shape extends z.ZodType>(
  program: string,
  schema: Shape,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Shape> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new SettingsError(`Invalid ${program} configuration:\n${z.prettifyError(parsed.error)}`);
}

/** Loads the settings or ends the process with the reasons on stderr and status 1, without a stack trace. */
export function settingsOrExit<Config>(load: () => Config): Config {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
