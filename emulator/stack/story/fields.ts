import type { LogLine } from '../../scenario/surroundings.ts';

const TEXT_MAX_CHARS = 600;

/** What a stranger put into a message must not move the cursor of a terminal. */
export function printable(value: string): string {
  const oneLine = value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  return oneLine.length > TEXT_MAX_CHARS ? `${oneLine.slice(0, TEXT_MAX_CHARS)}…` : oneLine;
}

/** Empty when there is no such text. */
export function text(fields: unknown, name: string): string {
  const value = valueOf(fields, name);
  return typeof value === 'string' ? printable(value) : '';
}

export function number(fields: unknown, name: string): number | undefined {
  const value = valueOf(fields, name);
  return typeof value === 'number' ? value : undefined;
}

export function valueOf(fields: unknown, name: string): unknown {
  return typeof fields === 'object' && fields !== null && Object.hasOwn(fields, name)
    ? (fields as LogLine)[name]
    : undefined;
}

/** An id as it stands: it is compared, never printed. */
export function id(line: LogLine, name: string): string | undefined {
  const value = line[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
