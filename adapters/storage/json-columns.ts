/**
 * A JSON document in the columns of one row. A string column holds 64 KiB of UTF-16, so a longer document goes over several:
 * `json`, `json1`, `json2`, ...
 */
const COLUMN_MAX_CHARS = 32_000;
/** A row holds 1 MiB with all its columns. */
const DOCUMENT_MAX_CHARS = 500_000;

export function toJsonColumns(document: unknown): Record<string, string> | undefined {
  const text = JSON.stringify(document);
  if (text.length > DOCUMENT_MAX_CHARS) return undefined;
  const columns: Record<string, string> = {};
  for (let start = 0, part = 0; start < text.length; part += 1) {
    const end = endOfPart(text, start);
    columns[columnName(part)] = text.slice(start, end);
    start = end;
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

/** Never between the halves of a surrogate pair: alone, neither half survives the way to the service. */
function endOfPart(text: string, start: number): number {
  const end = Math.min(start + COLUMN_MAX_CHARS, text.length);
  const last = text.charCodeAt(end - 1);
  const splitsPair = end < text.length && last >= 0xd8_00 && last <= 0xdb_ff;
  return splitsPair ? end - 1 : end;
}
