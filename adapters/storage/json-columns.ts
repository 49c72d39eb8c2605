/**
 * A JSON document in the columns of one row. A string column holds 64 KiB of UTF-16, so a longer document goes over several:
 * `json`, `json1`, `json2`, ...
 */
const COLUMN_MAX_CHARS = 32_000;
/** A row holds 1 MiB with all its columns. */
const DOCUMENT_MAX_CHARS = 500_000;

export function toJsonColumns(document: unknown): Record<string, string> | undefined {
  const text = asciiJson(document);
  if (text.length > DOCUMENT_MAX_CHARS) return undefined;
  const columns: Record<string, string> = {};
  for (let start = 0, part = 0; start < text.length; start += COLUMN_MAX_CHARS, part += 1) {
    columns[columnName(part)] = text.slice(start, start + COLUMN_MAX_CHARS);
  }
  return columns;
}

/** `undefined` for a row that holds no JSON document. Never throws. */
export function fromJsonColumns(row: Readonly<Record<string, unknown>>): unknown {
  let text = '';
  for (let part = 0; ; part += 1) {
    const column = row[columnName(part)];
    if (typeof column !== 'string') break;
    text += column;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function columnName(part: number): string {
  return part === 0 ? 'json' : `json${part}`;
}

/**
 * With everything outside ASCII escaped: a column may then end anywhere without cutting a character in half, and storage emulators that
 * decode a request piece by piece cannot damage one.
 */
function asciiJson(document: unknown): string {
  return JSON.stringify(document).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
