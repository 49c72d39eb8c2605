import { readFileSync, writeFileSync } from 'node:fs';

/** The text between `<!-- name -->` and `<!-- end of name -->` of a document. With `UPDATE_DOCS=1` it is first replaced by `generated`. */
export function documentedPart(file: URL, name: string, generated: string): string {
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${file.pathname} has no part between ${begin} and ${end}`);
  const before = text.slice(0, from + begin.length);
  if (process.env['UPDATE_DOCS'] !== '1') return text.slice(before.length, to).trim();
  writeFileSync(file, `${before}\n\n${generated.trim()}\n\n${text.slice(to)}`);
  return generated.trim();
}

export function mermaid(diagram: string): string {
  return `\`\`\`mermaid\n${diagram}\n\`\`\``;
}
